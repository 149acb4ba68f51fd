"""Why a track and a detection were made a pair, or were not."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from fairmot_mm.models.trackers import association
from fairmot_mm.models.trackers.frame_record import FrameRecord, StageRecord
from fairmot_mm.models.trackers.motion_model import MotionModel


class Candidate(NamedTuple):
    """A track and a detection of the same frame.

    Attributes:
        row: The track in the table of the record.
        col: The detection.
        track: Identity of the track before the frame.
        state: ``tracked``, ``lost for N frames`` or ``unconfirmed``.
        score: Of the detection.
        embed_distance: Cosine distance of the embeddings.
        motion: Squared Mahalanobis distance, to be compared with the gate.
        overlap_cost: 1 - IoU of the predicted box and the detection.
        paired: Whether the detection continued the track.
        reasons: What each stage found about the pair, in order.
    """

    row: int
    col: int
    track: int
    state: str
    score: float
    embed_distance: float
    motion: float
    overlap_cost: float
    paired: bool
    reasons: tuple[str, ...]


class Explainer:
    """Explains the pairs of one frame.

    Args:
        record: What the tracker considered.
        motion: Motion model of the tracker.
    """

    def __init__(self, record: FrameRecord, motion: MotionModel) -> None:
        self.record = record
        self.motion = motion

    def row_of(self, identity: int) -> int | None:
        """Find the track that had an identity before the frame.

        Args:
            identity: The identity.

        Returns:
            Row of the track; None if there was no track of this identity.
        """
        rows = np.flatnonzero(self.record.tracks.ids == identity)
        return int(rows[0]) if len(rows) else None

    def col_of(self, identity: int) -> int | None:
        """Find the detection that continued or began an identity in the frame.

        Args:
            identity: The identity.

        Returns:
            Index of the detection, or None.
        """
        cols = np.flatnonzero(self.record.ids == identity)
        return int(cols[0]) if len(cols) else None

    def of_track(self, row: int, limit: int = 6) -> list[Candidate]:
        """List the detections that came closest to a track, its own detection first.

        Args:
            row: Row of the track.
            limit: Most candidates to list.

        Returns:
            The candidates.
        """
        cols = range(len(self.record.detections))
        return _closest((self.pair(row, col) for col in cols), limit)

    def of_detection(self, col: int, limit: int = 6) -> list[Candidate]:
        """List the tracks that came closest to a detection, its own track first.

        Args:
            col: Index of the detection.
            limit: Most candidates to list.

        Returns:
            The candidates.
        """
        rows = range(len(self.record.tracks))
        return _closest((self.pair(row, col) for row in rows), limit)

    def pair(self, row: int, col: int) -> Candidate:
        """Compare one track with one detection.

        Args:
            row: Row of the track.
            col: Index of the detection.

        Returns:
            The two as a candidate.
        """
        track = self.record.tracks.take(np.array([row]))
        found = self.record.detections
        tlwh, embeds, only = found.tlwh[[col]], found.embeds[[col]], np.array([0])
        embed_distance = association.cosine_distance(track.embeds, embeds, only, only)
        overlap_cost = association.iou_pairs(
            self.motion.to_tlwh(track.mean), tlwh, limit=1
        ).cost
        motion = self.motion.gating_distance(
            track.mean, track.cov, self.motion.to_measurement(tlwh)
        )
        return Candidate(
            row=row,
            col=col,
            track=int(track.ids[0]),
            state=self.state(row),
            score=float(found.scores[col]),
            embed_distance=embed_distance.item(),
            motion=motion.item(),
            overlap_cost=overlap_cost.item(),
            paired=bool(self.record.match[row] == col),
            reasons=self._reasons(row, col, motion.item(), overlap_cost.item()),
        )

    def state(self, row: int) -> str:
        """Describe what a track was before the frame.

        Args:
            row: Row of the track.

        Returns:
            ``tracked``, ``lost for N frames`` or ``unconfirmed``.
        """
        tracks = self.record.tracks
        if not tracks.confirmed[row]:
            return 'unconfirmed'
        if tracks.tracked[row]:
            return 'tracked'
        lost = int(self.record.count - 1 - tracks.last_frames[row])
        return f'lost for {lost} frame{"s" * (lost != 1)}'

    def outcome(self, row: int) -> str:
        """Describe what happened to a track in the frame.

        Args:
            row: Row of the track.

        Returns:
            A sentence without a full stop.
        """
        col = self.record.match[row]
        if col < 0:
            return 'no detection continued it'
        stage = self._stage_of_row(row)
        return (
            f'detection {col} continued it in stage {stage.name} at '
            f'{stage.cost(row, col):.3f}'
        )

    def _reasons(
        self, row: int, col: int, motion: float, overlap: float
    ) -> tuple[str, ...]:
        """What each stage found about a pair, then why no later stage made it."""
        tracks, found = self.record.tracks, self.record.detections
        reasons = []
        for stage in self.record.stages:
            if row not in stage.rows or col not in stage.cols:
                continue
            cost = stage.cost(row, col)
            if cost is not None:
                reasons.append(self._verdict(stage, row, col, cost))
            elif tracks.labels[row] != found.labels[col]:
                reasons.append(f'{stage.name}: of another label')
            elif np.isinf(stage.pairs.others) and motion > self.motion.gating_thr:
                gate = self.motion.gating_thr
                reasons.append(f'{stage.name}: outside the gate, {motion:.1f} > {gate}')
            else:
                why = 'no overlap' if overlap >= 1 else 'the embeddings differ too much'
                reasons.append(f'{stage.name}: {why}')
        if self.record.match[row] != col:
            reasons.extend(self._left_out(row, col))
        return tuple(reasons)

    def _verdict(self, stage: StageRecord, row: int, col: int, cost: float) -> str:
        """What a stage decided about a pair whose cost it computed."""
        limit = f'{stage.cost_thr:.2f}'
        if cost > stage.cost_thr:
            return f'{stage.name}: {cost:.3f} > {limit}'
        if self.record.match[row] == col:
            return f'{stage.name}: paired, {cost:.3f} <= {limit}'
        return f'{stage.name}: {cost:.3f} <= {limit}, but other pairs cost less'

    def _left_out(self, row: int, col: int) -> Iterator[str]:
        """Why no later stage could make a pair that was not made."""
        tracks, match = self.record.tracks, self.record.match
        if match[row] >= 0:
            stage = self._stage_of_row(row)
            cost = stage.cost(row, match[row])
            yield f'the track took detection {match[row]} ({stage.name}, {cost:.3f})'
        for rival in np.flatnonzero(match == col).tolist():
            stage = self._stage_of_row(rival)
            cost = stage.cost(rival, col)
            yield f'track {tracks.ids[rival]} took it ({stage.name}, {cost:.3f})'
        if not self.record.detections.strong[col]:
            yield 'the detection is too weak for most stages'
        if match[row] < 0 and tracks.confirmed[row] and not tracks.tracked[row]:
            yield 'a lost track is not matched by overlap'

    def _stage_of_row(self, row: int) -> StageRecord:
        """The stage that matched a track; later stages leave the track out."""
        return [stage for stage in self.record.stages if row in stage.rows][-1]


def _closest(candidates: Iterable[Candidate], limit: int) -> list[Candidate]:
    """Sort by overlap and embedding; the pair that was made comes first."""
    return sorted(
        candidates, key=lambda c: (not c.paired, c.embed_distance + c.overlap_cost)
    )[:limit]
