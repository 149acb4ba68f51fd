"""How tracks begin, change with a detection, and end."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fairmot_mm.models.trackers import association
from fairmot_mm.models.trackers.detections import Detections, FramePlace, unit_embeds
from fairmot_mm.models.trackers.track_table import TrackTable


@dataclass(frozen=True)
class Lifecycle:
    """The life of tracks. Every method returns new tables and leaves its own alone.

    Attributes:
        motion: Motion model.
        duplicate_thr: Below this 1 - IoU a lost track doubles a tracked one.
        embed_momentum: Share of the new embedding in the smoothed one.
        linger_expired, bar_refound, iou_plus_one, predict_unconfirmed, refresh_score,
            classes_apart: See `JDETracker`.
    """

    motion: Any
    duplicate_thr: float
    embed_momentum: float
    linger_expired: bool
    bar_refound: bool
    iou_plus_one: bool
    predict_unconfirmed: bool
    refresh_score: bool
    classes_apart: bool

    def start(
        self, detections: Detections, new: np.ndarray, frame: int, first_id: int
    ) -> TrackTable:
        """One track for each of these detections, with identities from this one on.

        Args:
            detections: Of the frame.
            new: Indices of the detections.
            frame: Number of the frame, from 1.
            first_id: Identity of the first track.
        """
        mean, cov = self.motion.initiate(
            self.motion.to_measurement(detections.tlwh[new])
        )
        return TrackTable(
            ids=first_id + np.arange(len(new)),
            tracked=np.full(len(new), True),
            confirmed=np.full(len(new), frame == 1),
            barred=np.full(len(new), False),
            start_frames=np.full(len(new), frame),
            last_frames=np.full(len(new), frame),
            scores=detections.scores[new],
            labels=detections.labels[new],
            embeds=detections.embeds[new],
            mean=mean,
            cov=cov,
        )

    def fit_size(
        self, tracks: TrackTable, last: FramePlace | None, now: FramePlace
    ) -> TrackTable:
        """The tracks in pixels of this frame, where it has another size."""
        if last is None or last.size is None or now.size is None:
            return tracks
        if last.size == now.size:
            return tracks
        scales = np.divide(now.size, last.size)
        mean, cov = self.motion.rescale(tracks.mean, tracks.cov, *scales)
        return replace(tracks, mean=mean, cov=cov)

    def predict(
        self, tracks: TrackTable, step: float = 1.0, all_move: bool = False
    ) -> TrackTable:
        """The tracks, moved to the next frame.

        Args:
            tracks: In the last frame.
            step: See the motion model.
            all_move: Unconfirmed tracks, too, whatever `predict_unconfirmed` says.
        """
        if tracks.confirmed.all() or self.predict_unconfirmed or all_move:
            mean, cov = self.motion.predict(
                tracks.mean, tracks.cov, ~tracks.tracked, step
            )
            return replace(tracks, mean=mean, cov=cov)
        moving = tracks.confirmed
        mean, cov = tracks.mean.copy(), tracks.cov.copy()
        mean[moving], cov[moving] = self.motion.predict(
            mean[moving], cov[moving], ~tracks.tracked[moving], step
        )
        return replace(tracks, mean=mean, cov=cov)

    def update(
        self, tracks: TrackTable, detections: Detections, match: np.ndarray, frame: int
    ) -> TrackTable:
        """The tracks, those with a detection changed by it.

        Args:
            tracks: T tracks, moved to the frame.
            detections: Of the frame.
            match: (T,) index of the detection of each track, or -1.
            frame: Number of the frame, from 1.
        """
        rows = np.flatnonzero(match >= 0)
        if len(rows) == 0:
            return tracks
        found = match[rows]
        updated = tracks.copy()
        updated.mean[rows], updated.cov[rows] = self.motion.update(
            tracks.mean[rows],
            tracks.cov[rows],
            self.motion.to_measurement(detections.tlwh[found]),
        )
        learns = detections.strong[found]
        updated.embeds[rows[learns]] = unit_embeds(
            (1 - self.embed_momentum) * tracks.embeds[rows[learns]]
            + self.embed_momentum * unit_embeds(detections.embeds[found[learns]])
        )
        rescored = tracks.tracked[rows] | self.refresh_score
        updated.scores[rows[rescored]] = detections.scores[found[rescored]]
        updated.labels[rows] = detections.labels[found]
        updated.confirmed[rows] = True
        updated.last_frames[rows] = frame
        return updated

    def regroup(
        self,
        tracks: TrackTable,
        born: TrackTable,
        seen: np.ndarray,
        frame: int,
        max_lost: int,
    ) -> TrackTable:
        """End tracks and bring the others into the order of the published lists.

        Args:
            tracks: Tracks before this frame, (T,) rows, already updated.
            born: Tracks of this frame.
            seen: (T,) bool, matched in this frame.
            frame: Number of the frame, from 1.
            max_lost: Frames a track may stay lost.
        """
        was_tracked = tracks.tracked
        stays = ~seen & tracks.confirmed & ~tracks.barred
        expired = stays & (frame - tracks.last_frames > max_lost)
        barred = tracks.barred
        if self.linger_expired:
            barred = barred | (expired & ~was_tracked)
        else:
            stays &= ~expired
        if not self.bar_refound:
            barred = barred & ~seen
        order = np.concatenate(
            [
                np.flatnonzero(seen & was_tracked),
                len(tracks) + np.arange(len(born)),
                np.flatnonzero(seen & ~was_tracked),
                np.flatnonzero(stays & ~was_tracked),
                np.flatnonzero(stays & was_tracked),
            ]
        )
        return replace(tracks, tracked=seen, barred=barred).append(born).take(order)

    def without_duplicates(
        self, tracks: TrackTable, embed_thr: float | None = None
    ) -> TrackTable:
        """Of a tracked and a lost track in the same place keep the longer lived one.

        Args:
            tracks: After a frame.
            embed_thr: Largest cosine distance of the two; None: looks play no part.
        """
        tracked, lost = np.flatnonzero(tracks.tracked), np.flatnonzero(~tracks.tracked)
        if not (len(tracked) and len(lost)):
            return tracks
        tlwh = self.motion.to_tlwh(tracks.mean)
        same = association.iou_pairs(
            tlwh[tracked], tlwh[lost], self.iou_plus_one, self.duplicate_thr
        )
        same = same.keep(same.cost < self.duplicate_thr)
        tracked, lost = tracked[same.rows], lost[same.cols]
        if self.classes_apart:
            one_class = tracks.labels[tracked] == tracks.labels[lost]
            tracked, lost = tracked[one_class], lost[one_class]
        if embed_thr is not None:
            looks = association.cosine_distance(
                tracks.embeds, tracks.embeds, tracked, lost
            )
            tracked, lost = tracked[looks <= embed_thr], lost[looks <= embed_thr]
        lifetime = tracks.last_frames - tracks.start_frames
        lost_is_younger = lifetime[tracked] > lifetime[lost]
        keep = np.full(len(tracks), True)
        keep[lost[lost_is_younger]] = False
        keep[tracked[~lost_is_younger]] = False
        return tracks if keep.all() else tracks.take(keep)
