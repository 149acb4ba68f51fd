"""The contract of a matching stage: what a stage gets and what it gives."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from fairmot_mm.models.trackers import association
from fairmot_mm.models.trackers.association import Pairs
from fairmot_mm.models.trackers.detections import Detections
from fairmot_mm.models.trackers.motion_model import MotionModel
from fairmot_mm.models.trackers.track_table import TrackTable


@dataclass(frozen=True)
class StageInput:
    """The tracks and detections of a frame that a stage may pair.

    Letters: R tracks and C detections take part; P pairs. The rows and columns of all
    `Pairs` are positions in ``rows`` and ``cols``.

    Attributes:
        tracks: All tracks, moved to the frame.
        detections: All detections of the frame.
        rows: (R,) the tracks that take part, as rows of ``tracks``, ascending.
        cols: (C,) the detections that take part, as rows of ``detections``, ascending.
        motion: Motion model of the tracker.
        iou_plus_one: Whether boxes include their last pixel, see
            `association.iou_pairs`.
        frame: Number of the frame as the tracker counts, see ``last_frames`` of
            `TrackTable`.
        frame_rate: Frames a second.
    """

    tracks: TrackTable
    detections: Detections
    rows: np.ndarray
    cols: np.ndarray
    motion: MotionModel
    iou_plus_one: bool
    frame: int
    frame_rate: float

    @property
    def track_tlwh(self) -> np.ndarray:
        """(R, 4) left, top, width, height of the predicted boxes, in pixels."""
        return self.motion.to_tlwh(self.tracks.mean[self.rows])

    @property
    def detection_tlwh(self) -> np.ndarray:
        """(C, 4) left, top, width, height of the detected boxes, in pixels."""
        return self.detections.tlwh[self.cols]

    @property
    def seconds_lost(self) -> np.ndarray:
        """(R,) time for which the tracks have been lost, 0 for tracked ones."""
        tracked = self.tracks.tracked[self.rows]
        frames = self.frame - 1 - self.tracks.last_frames[self.rows]
        return np.where(tracked, 0, frames) / self.frame_rate

    @property
    def log_spread(self) -> np.ndarray:
        """(R,) logarithm of the area in which a detection is expected.

        The area is the product of the standard deviations of the centre, in areas of
        the predicted box.
        """
        mean, cov = self.tracks.mean[self.rows], self.tracks.cov[self.rows]
        deviation = np.sqrt(self.motion.innovation_var(mean, cov)[:, :2])
        sizes = np.maximum(self.track_tlwh[:, 2:], 1.0)  # pixels
        return np.log(deviation / sizes).sum(axis=1)

    def gated_pairs(self) -> Pairs:
        """Find the pairs inside the gate of the motion model.

        Returns:
            The pairs, at their squared Mahalanobis distance.
        """
        return Pairs(
            *self.motion.gated_pairs(
                self.tracks.mean[self.rows],
                self.tracks.cov[self.rows],
                self.motion.to_measurement(self.detection_tlwh),
            )
        )

    def iou_pairs(self, cost_thr: float) -> Pairs:
        """Find the pairs of boxes that overlap.

        Args:
            cost_thr: Largest cost that will be accepted. From 1 on, boxes that do not
                overlap are pairs, too.

        Returns:
            The pairs, at one minus their intersection over union.
        """
        return association.iou_pairs(
            self.track_tlwh, self.detection_tlwh, self.iou_plus_one, cost_thr
        )

    def embed_distance(self, pairs: Pairs) -> np.ndarray:
        """Compare the embeddings of pairs.

        Args:
            pairs: P pairs.

        Returns:
            (P,) cosine distances in [0, 2].
        """
        return association.cosine_distance(
            self.tracks.embeds[self.rows],
            self.detections.embeds[self.cols],
            pairs.rows,
            pairs.cols,
        )

    def least_embed_distance(self, pairs: Pairs) -> np.ndarray:
        """Compare a detection with all that a track remembers of its appearance.

        Args:
            pairs: P pairs.

        Returns:
            (P,) smallest cosine distance in [0, 2] to the smoothed embedding and to the
            recent ones.
        """
        found = self.detections.embeds[self.cols]
        embeds = self.tracks.embeds[self.rows]
        most = association.dot_products(embeds, found, pairs.rows, pairs.cols)
        recent = self.tracks.recent_embeds
        if recent.shape[1]:
            of_pairs = recent[self.rows[pairs.rows]], found[pairs.cols]
            np.maximum(most, np.einsum('prc,pc->pr', *of_pairs).max(axis=1), out=most)
        return np.clip(1 - most, 0, 2)

    def alike(self, pairs: Pairs, embed_thr: float | None) -> Pairs:
        """Keep the pairs with similar embeddings.

        Args:
            pairs: P pairs.
            embed_thr: Largest cosine distance of the embeddings; None keeps all pairs.

        Returns:
            The pairs that remain.
        """
        if embed_thr is None:
            return pairs
        return pairs.keep(self.embed_distance(pairs) <= embed_thr)


@runtime_checkable
class Stage(Protocol):
    """One round of matching among the tracks and detections that are still unmatched.

    `JDETracker(stages=[...])` builds its stages from the registry `TASK_UTILS` and runs
    them in order. A stage says which pairs are possible and what they cost; the tracker
    then makes the pairs of least total cost. A stage keeps nothing from frame to frame.
    """

    @property
    def name(self) -> str:
        """Name of the stage in explanations."""

    @property
    def cost_thr(self) -> float:
        """Largest cost of a pair."""

    @property
    def score_thr(self) -> float | None:
        """Score that a detection must exceed to take part.

        None: only strong detections take part, those above the `obj_score_thr` of the
        tracker. A value must be below `obj_score_thr`; weak detections then take part,
        too.
        """

    def candidates(
        self, tracks: TrackTable, detections: Detections
    ) -> tuple[np.ndarray, np.ndarray]:
        """Choose the tracks and detections that take part if they are unmatched.

        Args:
            tracks: T tracks, moved to the frame.
            detections: D detections of the frame. The tracker leaves out those that do
                not exceed `score_thr`.

        Returns:
            Masks (T,) and (D,), bool.
        """

    def pairs(self, unmatched: StageInput) -> Pairs:
        """List the pairs that may be made.

        Args:
            unmatched: R tracks and C detections that take part.

        Returns:
            Pairs of positions in the R tracks and in the C detections with their cost.
            A pair that is not listed must have a cost above `cost_thr`.
        """

    def for_low_frame_rate(self, embed_thr: float) -> 'Stage':
        """Make the stage to use where much time passes between two frames.

        Two boxes that overlap are then no evidence that they show the same person, so a
        pair made by overlap must also have similar embeddings. `LowFrameRate` says when
        this applies.

        Args:
            embed_thr: Largest cosine distance of the embeddings of a pair.

        Returns:
            A new stage, or this one if it compares embeddings already.
        """
