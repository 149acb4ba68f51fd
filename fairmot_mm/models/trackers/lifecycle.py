"""How tracks begin, change with a detection, and end."""

from dataclasses import dataclass, replace

import numpy as np

from fairmot_mm.models.trackers import association
from fairmot_mm.models.trackers.detections import Detections, unit_embeds
from fairmot_mm.models.trackers.motion_model import MotionModel
from fairmot_mm.models.trackers.track_birth import TrackBirth
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.models.trackers.video_state import FrameInfo


@dataclass(frozen=True)
class Lifecycle:
    """Begins, moves, updates and ends tracks.

    Every method returns a new table and does not change its arguments.

    Attributes:
        motion: Motion model.
        birth: When tracks begin and are confirmed.
        recent_embeds: Embeddings of single detections that a track keeps.
        duplicate_thr: 1 - IoU below which a lost and a tracked track are duplicates.
        embed_momentum: Share of the new embedding in the smoothed one, in [0, 1].
        linger_expired, bar_refound, iou_plus_one, predict_unconfirmed, refresh_score,
            classes_apart: See `JDETracker`.
    """

    motion: MotionModel
    birth: TrackBirth
    recent_embeds: int
    duplicate_thr: float
    embed_momentum: float
    linger_expired: bool
    bar_refound: bool
    iou_plus_one: bool
    predict_unconfirmed: bool
    refresh_score: bool
    classes_apart: bool

    def start(
        self,
        detections: Detections,
        new: np.ndarray | slice,
        frame: int,
        first_id: int,
    ) -> TrackTable:
        """Begin a track for each of some detections.

        Args:
            detections: D detections of the frame.
            new: Mask (D,), or a slice, of the detections that begin a track.
            frame: Number of the frame, from 1.
            first_id: Identity of the first new track; the others get the next numbers.

        Returns:
            The K new tracks.
        """
        tlwh = detections.tlwh[new]
        mean, cov = self.motion.initiate(self.motion.to_measurement(tlwh))
        count = len(tlwh)
        num_matches = np.full(count, 1)
        score_sums = detections.scores[new].astype(np.float64)
        confirmed = self.birth.confirms(num_matches, score_sums)
        return TrackTable(
            ids=first_id + np.arange(count),
            tracked=np.full(count, True),
            confirmed=confirmed | (frame == 1),
            ends_when_lost=np.full(count, False),
            start_frames=np.full(count, frame),
            last_frames=np.full(count, frame),
            scores=detections.scores[new],
            labels=detections.labels[new],
            num_matches=num_matches,
            score_sums=score_sums,
            embeds=detections.embeds[new],
            recent_embeds=np.repeat(
                detections.embeds[new][:, None], self.recent_embeds, axis=1
            ),
            mean=mean,
            cov=cov,
        )

    def rescale(
        self, tracks: TrackTable, last: FrameInfo | None, now: FrameInfo
    ) -> TrackTable:
        """Carry tracks over to a frame of another size.

        Args:
            tracks: Tracks in pixels of the last frame.
            last: Number, rate and size of the last frame; None before the first.
            now: Number, rate and size of this frame.

        Returns:
            The tracks in pixels of this frame.
        """
        if not (last and last.size and now.size) or last.size == now.size:
            return tracks
        scales = np.divide(now.size, last.size)
        mean, cov = self.motion.rescale(tracks.mean, tracks.cov, *scales)
        return replace(tracks, mean=mean, cov=cov)

    def predict(
        self, tracks: TrackTable, step: float = 1.0, all_move: bool = False
    ) -> TrackTable:
        """Move tracks to the next frame.

        Args:
            tracks: Tracks in the last frame.
            step: Time that passes, see `MotionModel.predict`.
            all_move: Whether unconfirmed tracks move, too, whatever
                `predict_unconfirmed` says.

        Returns:
            The tracks in the next frame.
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
        """Update tracks by the detections that continue them.

        Args:
            tracks: T tracks, moved to the frame.
            detections: Detections of the frame.
            match: (T,) index of the detection of each track, or -1.
            frame: Number of the frame, from 1.

        Returns:
            The T tracks; those without a detection are unchanged.
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
        if self.recent_embeds:
            older = tracks.recent_embeds[rows[learns], :-1]
            newest = detections.embeds[found[learns], None]
            updated.recent_embeds[rows[learns]] = np.concatenate([newest, older], 1)
        rescored = tracks.tracked[rows] | self.refresh_score
        updated.scores[rows[rescored]] = detections.scores[found[rescored]]
        updated.labels[rows] = detections.labels[found]
        updated.num_matches[rows] += 1
        updated.score_sums[rows] += detections.scores[found]
        updated.confirmed[rows] |= self.birth.confirms(
            updated.num_matches[rows], updated.score_sums[rows]
        )
        updated.last_frames[rows] = frame
        return updated

    def regroup(
        self,
        tracks: TrackTable,
        new_tracks: TrackTable,
        seen: np.ndarray,
        frame: int,
        max_lost: int,
    ) -> TrackTable:
        """End tracks and put the others into the order of the published lists.

        Args:
            tracks: T tracks that began before this frame, already updated.
            new_tracks: Tracks that begin in this frame.
            seen: (T,) bool, a detection of this frame continues the track.
            frame: Number of the frame, from 1.
            max_lost: Frames for which a track may stay lost.

        Returns:
            The tracks that remain.
        """
        was_tracked = tracks.tracked
        waits = ~seen & self.birth.waits(tracks, frame)
        stays = ~seen & tracks.confirmed & ~tracks.ends_when_lost
        expired = stays & (frame - tracks.last_frames > max_lost)
        ends_when_lost = tracks.ends_when_lost
        if self.linger_expired:
            ends_when_lost = ends_when_lost | (expired & ~was_tracked)
        else:
            stays &= ~expired
        if not self.bar_refound:
            ends_when_lost = ends_when_lost & ~seen
        stays |= waits
        convincing = ~self.birth.refutes(tracks)
        stays &= convincing
        shown = seen & convincing
        order = np.concatenate(
            [
                np.flatnonzero(shown & was_tracked),
                len(tracks) + np.arange(len(new_tracks)),
                np.flatnonzero(shown & ~was_tracked),
                np.flatnonzero(stays & ~was_tracked),
                np.flatnonzero(stays & was_tracked),
            ]
        )
        after = replace(tracks, tracked=seen, ends_when_lost=ends_when_lost)
        return after.append(new_tracks).take(order)

    def without_duplicates(
        self, tracks: TrackTable, embed_thr: float | None = None
    ) -> TrackTable:
        """Where a tracked and a lost track are in one place, keep the older track.

        Args:
            tracks: Tracks after a frame.
            embed_thr: Largest cosine distance of two duplicates; None: embeddings are
                not compared.

        Returns:
            The tracks without the duplicates that lived for a shorter time.
        """
        tracked, lost = np.flatnonzero(tracks.tracked), np.flatnonzero(~tracks.tracked)
        if not (len(tracked) and len(lost) and self.duplicate_thr):
            return tracks
        tlwh = self.motion.to_tlwh(tracks.mean)
        same = association.iou_pairs(
            tlwh[tracked], tlwh[lost], self.iou_plus_one, self.duplicate_thr
        )
        same = same.keep(same.cost < self.duplicate_thr)
        tracked, lost = tracked[same.rows], lost[same.cols]
        alike = np.full(len(lost), True)
        if self.classes_apart:
            alike &= tracks.labels[tracked] == tracks.labels[lost]
        if embed_thr is not None:
            embeds = tracks.embeds
            distance = association.cosine_distance(embeds, embeds, tracked, lost)
            alike &= distance <= embed_thr
        tracked, lost = tracked[alike], lost[alike]
        lifetime = tracks.last_frames - tracks.start_frames
        lost_is_younger = lifetime[tracked] > lifetime[lost]
        keep = np.full(len(tracks), True)
        keep[lost[lost_is_younger]] = False
        keep[tracked[~lost_is_younger]] = False
        return tracks if keep.all() else tracks.take(keep)
