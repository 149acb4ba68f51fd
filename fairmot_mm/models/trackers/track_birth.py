"""When a detection begins a track, and when the track is output."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fairmot_mm.models.trackers.association import iou_pairs
from fairmot_mm.models.trackers.detections import Detections
from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils.contracts import require_range
from fairmot_mm.utils.tunable import Values


@TASK_UTILS.register_module()
@dataclass(frozen=True)
class TrackBirth:
    """The rule by which tracks begin and are confirmed.

    The defaults are those of FairMOT: every strong detection that continues no track
    begins one, and the track is output from its second detection on, which must come in
    the next frame. ByteTrack (Zhang et al., ECCV 2022, algorithm 1) asks for a higher
    score than it needs to continue a track; ``max_overlap`` keeps a second box on one
    person from beginning a second track. With ``min_evidence`` the scores of a track
    are added up, as the track score of multiple hypothesis tracking (Blackman,
    "Multiple hypothesis tracking for multiple target tracking", 2004): a clear person
    is output soon, a faint one after more frames, and a false detection that flickers
    never.

    Args:
        score_thr: Score that a detection must exceed to begin a track. None: the
            `obj_score_thr` of the tracker. It has no effect below `obj_score_thr`.
        first_score_thr: The same in the first frame, where everybody who is in view
            begins a track, so that most detections are new people. Below
            `obj_score_thr` it lets weak detections begin, down to the lowest
            ``score_thr`` of a stage. None: as in every other frame.
        num_matches: Detections after which a track is confirmed; 1 outputs it at once.
            Tracks that begin in the first frame are confirmed.
        min_evidence: The scores of the detections of a track, each less
            ``score_base``, must add up to this before the track is confirmed.
        score_base: Score of a detection that speaks neither for a person nor against.
        probation: Detections after which a track ends if its scores, each less
            ``score_base``, do not add up to more than 0. It is for tracks that the
            first frame confirms at a low score. None: there is no probation.
        max_overlap: Largest IoU of a detection that begins a track with a track that
            another detection of the frame continues. 1: there is no limit.
        patience: Frames in a row in which an unconfirmed track may be without a
            detection before it ends.

    Raises:
        ConfigError: A value is out of its range.
    """

    score_thr: float | None = None
    first_score_thr: float | None = None
    num_matches: int = 2
    min_evidence: float = 0.0
    score_base: float = 0.0
    probation: int | None = None
    max_overlap: float = 1.0
    patience: int = 0

    def __post_init__(self) -> None:
        for name in ('score_thr', 'first_score_thr'):
            if (value := getattr(self, name)) is not None:
                require_range(low=0, high=1, **{name: value})
        require_range(low=1, num_matches=self.num_matches)
        require_range(low=0, min_evidence=self.min_evidence)
        require_range(low=0, high=1, score_base=self.score_base)
        if self.probation is not None:
            require_range(low=1, probation=self.probation)
        require_range(low=0, high=1, max_overlap=self.max_overlap)
        require_range(low=0, patience=self.patience)

    @classmethod
    def search_space(cls, cfg: Mapping[str, Any]) -> dict[str, Values]:
        """State the values to try, see `Tunable`."""
        space: dict[str, Values] = {
            'num_matches': (1, 4),
            'max_overlap': (0.3, 1.0),
            'patience': (0, 3),
        }
        if cfg.get('score_thr') is not None:
            space['score_thr'] = (0.2, 0.8)
        if cfg.get('min_evidence'):
            space |= {'min_evidence': (0.0, 2.0), 'score_base': (0.0, 0.6)}
        return space

    def begins(
        self,
        detections: Detections,
        free: np.ndarray,
        seen_tlwh: np.ndarray,
        frame: int,
    ) -> np.ndarray:
        """Say which detections begin a track.

        Args:
            detections: D detections of a frame.
            free: (D,) bool, the detection continues no track.
            seen_tlwh: (S, 4) left, top, width, height in pixels of the tracks that a
                detection of the frame continues.
            frame: Number of the frame, from 1.

        Returns:
            Mask (D,).
        """
        if frame == 1 and self.first_score_thr is not None:
            return free & (detections.scores > self.first_score_thr)
        begins = free & detections.strong
        if self.score_thr is not None:
            begins &= detections.scores > self.score_thr
        if self.max_overlap < 1 and begins.any() and len(seen_tlwh):
            candidates = np.flatnonzero(begins)
            limit = 1 - self.max_overlap
            pairs = iou_pairs(seen_tlwh, detections.tlwh[candidates], False, limit)
            begins[candidates[pairs.cols[pairs.cost < limit]]] = False
        return begins

    def confirms(self, num_matches: np.ndarray, score_sums: np.ndarray) -> np.ndarray:
        """Say which tracks are certain enough to be output.

        Args:
            num_matches: (T,) detections of each track.
            score_sums: (T,) sums of their scores.

        Returns:
            Mask (T,).
        """
        evidence = score_sums - self.score_base * num_matches
        return (num_matches >= self.num_matches) & (evidence >= self.min_evidence)

    def refutes(self, tracks: TrackTable) -> np.ndarray:
        """Say which tracks end because their detections were too weak.

        Args:
            tracks: T tracks.

        Returns:
            Mask (T,).
        """
        evidence = tracks.score_sums - self.score_base * tracks.num_matches
        return (tracks.num_matches == self.probation) & (evidence <= 0)

    def waits(self, tracks: TrackTable, frame: int) -> np.ndarray:
        """Say which tracks stay although they are unconfirmed and not seen.

        Args:
            tracks: T tracks.
            frame: Number of the frame, as in ``last_frames`` of the tracks.

        Returns:
            Mask (T,).
        """
        return ~tracks.confirmed & (frame - tracks.last_frames <= self.patience)
