"""Multi-object tracking scores as a metric of mmengine's Evaluator."""

import logging
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from mmengine.logging import print_log

from fairmot_mm.evaluation.metrics.frame_metric import FrameMetric
from fairmot_mm.evaluation.metrics.frames import frames_of
from fairmot_mm.evaluation.mot_protocols import PROTOCOLS, SequenceTracks
from fairmot_mm.evaluation.mot_scores import (
    HOTA_NAMES,
    OVERALL,
    TABLE_NAMES,
    evaluate_sequences,
    format_table,
    require_protocol,
)
from fairmot_mm.evaluation.scored_rows import GROUND_TRUTH, read_scored_rows
from fairmot_mm.evaluation.submission import write_submission
from fairmot_mm.registry import METRICS
from fairmot_mm.utils import (
    DataError,
    MOTRows,
    format_mot_rows,
    natural_order,
    require_writable_dir,
    write_text,
)
from fairmot_mm.utils.boxes import xyxy_to_tlwh

SEQUENCE_SCORES = ('HOTA', 'DetA', 'AssA', 'MOTA', 'IDF1', 'IDSW', 'FP', 'FN')


class VideoInfo(NamedTuple):
    """A video, as the metainfo of its frames describes it.

    Attributes:
        name: Name of the video.
        gt_file: MOTChallenge ground truth; None without.
        first_frame: Number of the first frame in the ground truth.
        last_frame: Number of the last frame.
        is_part: Whether the ground truth may have frames outside of these, because the
            video can be a part of a sequence.
    """

    name: str
    gt_file: Path | None
    first_frame: int
    last_frame: int
    is_part: bool

    def to_score(self, gt: MOTRows, results: MOTRows) -> SequenceTracks:
        """Pair ground truth and results of the video, for scoring.

        Args:
            gt: Rows of the ground truth.
            results: Rows of the tracker.

        Returns:
            The sequence to score.
        """
        count = self.last_frame - self.first_frame + 1
        return SequenceTracks(self.name, gt, results, count, self.first_frame)


class FrameTracks(NamedTuple):
    """Tracks of one frame, copied from its data sample.

    Attributes:
        video: The video.
        frame: Frame number in ground truth and result files.
        ids: (M,) int64 identities.
        tlwh: (M, 4) float64 left, top, width, height in pixels of the original frame.
    """

    video: VideoInfo
    frame: int
    ids: np.ndarray
    tlwh: np.ndarray


@METRICS.register_module()
class MOTMetric(FrameMetric):
    """CLEAR, identity and HOTA scores of the tracks of whole videos.

    Takes mmdet's `TrackDataSample`. Each frame in it has `pred_track_instances` with
    `bboxes` (M, 4) xyxy in pixels of the original frame and `instances_id` (M,), and in
    its metainfo `video_name`, `video_length`, `frame_id` (from 0) and `gt_file`, the
    path of a MOTChallenge ground truth or None. `frame_number` there is the number of
    the frame in ground truth and results, see `frame_numbers`; `first_frame` and
    `last_frame` are those of the first and the last frame of the video. Without them
    frames count from 1. Only with them the ground truth may have further frames, as for
    a half of a sequence; these do not count. Without `label`, tracks of every label
    count as pedestrians.

    All `video_length` frames are scored, including those without a track. A table of
    the scores of each sequence and of all sequences together is logged. A sequence
    without ground truth gets a result file but no scores. The metric returns the scores
    of all sequences together, such as `mot/HOTA`, and the main scores of each sequence,
    such as `mot/HOTA/MOT17-02-SDP`; `evaluate_sequences` explains them.

    Args:
        protocol: 'motchallenge' or 'published', see `evaluate_sequences`.
        outfile_prefix: Folder for the result files, one for each sequence and named
            after it. None writes no files.
        submission: Zip file to write for the MOTChallenge server, see
            `write_submission`. None writes no file.
        label: Score only tracks of this label, against ground truth of class
            `label` + 1, which then counts as pedestrians; other rows are left out. For
            a model of several classes list one metric for each class, with different
            `prefix`.
        collect_device: See mmengine's ``BaseMetric``.
        collect_dir: Likewise.
        prefix: Beginning of the names of scores, 'mot' by default.

    Raises:
        ConfigError: Unknown protocol.
        OutputError: `outfile_prefix` or the folder of `submission` cannot be written.
    """

    default_prefix = 'mot'
    score_names = tuple({*HOTA_NAMES, *TABLE_NAMES})

    def __init__(
        self,
        protocol: str = 'motchallenge',
        outfile_prefix: str | None = None,
        submission: str | None = None,
        label: int | None = None,
        collect_device: str = 'cpu',
        collect_dir: str | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device, prefix, collect_dir)
        require_protocol(protocol)
        self.protocol = protocol
        self.label = label
        self.out_dir = (
            None if outfile_prefix is None else require_writable_dir(outfile_prefix)
        )
        self.submission = submission
        if submission is not None:
            require_writable_dir(Path(submission).parent)
        self.videos: dict[str, VideoInfo] = {}
        self._truths: dict[str, MOTRows | None] = {}  # by the name of the video

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep the tracks of each frame as arrays.

        Args:
            data_batch: Not used.
            data_samples: `TrackDataSample`s, or the dicts that the Evaluator makes of
                them.

        Raises:
            DataError: Metainfo missing, two videos of one name, malformed ground truth.
        """
        for frame in frames_of(data_samples):
            tracks = _read_frame(frame, self.label)
            self._register(tracks.video)
            self.results.append(tracks)

    def frame_key(self, result: FrameTracks) -> Hashable:
        """Video and number of the frame."""
        return result.video.name, result.frame

    def evaluate(self, size: int) -> dict[str, float]:
        """Score all frames, see `FrameMetric`, and forget the videos.

        Args:
            size: Not used.

        Returns:
            Scores by names such as `mot/HOTA`, the same on each rank.
        """
        metrics = super().evaluate(size)
        self.forget()
        return metrics

    def forget(self) -> None:
        """Forget all frames and videos."""
        self.results.clear()
        self.videos.clear()
        self._truths.clear()

    def compute_metrics(self, results: list[FrameTracks]) -> dict[str, float]:
        """Write result files, score the sequences with ground truth, log the table.

        Args:
            results: Frames of all ranks, in order within a video.

        Returns:
            Scores without the prefix; empty if no sequence has ground truth.

        Raises:
            DataError: Two videos of one name, or rows that the protocol refuses.
            OutputError: A result file cannot be written.
        """
        videos: dict[str, dict[int, FrameTracks]] = {}
        for tracks in results:
            self._register(tracks.video)
            videos.setdefault(tracks.video.name, {})[tracks.frame] = tracks
        sequences, texts = [], {}
        for name in sorted(videos, key=natural_order):
            frames = videos[name]
            texts[name] = ''.join(
                format_mot_rows(tracks.frame, tracks.ids, tracks.tlwh)
                for tracks in frames.values()
            )
            if self.out_dir is not None:
                write_text(self.out_dir / f'{name}.txt', texts[name])
            video = self.videos[name]
            gt = self._truths[name]
            if gt is None:
                where = '' if video.gt_file is None else f' at {video.gt_file}'
                print_log(f'{name}: no ground truth{where}, not scored', 'current')
                continue
            sequences.append(video.to_score(gt, _to_rows(frames)))
        if self.submission is not None:
            names = write_submission(self.submission, texts)
            print_log(f'{self.submission} holds {", ".join(names)}', 'current')
        if not sequences:
            print_log('No sequence to score', 'current', logging.WARNING)
            return {}
        scores = evaluate_sequences(sequences, self.protocol)
        print_log(
            f'Protocol {self.protocol}, ratios in %\n{format_table(scores)}', 'current'
        )
        overall = scores.pop(OVERALL)
        return overall | {
            f'{key}/{name}': values[key]
            for name, values in scores.items()
            for key in SEQUENCE_SCORES
        }

    def _register(self, video: VideoInfo) -> None:
        """Register a video, and raise at its first frame if it cannot be scored."""
        known = self.videos.get(video.name, video)
        if known != video:
            raise DataError(
                f'two videos are called {video.name!r}: {known} and {video}; give each '
                'a different name'
            )
        if video.name in self.videos:
            return
        gt = _read_gt(video, self.label)
        if gt is not None:
            PROTOCOLS[self.protocol](video.to_score(gt, gt[:0]))
        self.videos[video.name], self._truths[video.name] = video, gt


def _read_gt(video: VideoInfo, label: int | None) -> MOTRows | None:
    """Ground truth of a video and label; None without, as in a test set."""
    if video.gt_file is None or not video.gt_file.is_file():
        return None
    return read_scored_rows(
        video.gt_file,
        video.name,
        GROUND_TRUTH,
        None if video.is_part else range(video.first_frame, video.last_frame + 1),
        None if label is None else label + 1,
    )


def _read_frame(sample: dict, label: int | None) -> FrameTracks:
    needed = ('video_name', 'video_length', 'frame_id', 'gt_file')
    missing = [key for key in needed if key not in sample]
    if missing:
        raise DataError(
            f'a frame lacks the metainfo {", ".join(missing)}; name them in the '
            '`meta_keys` of the transform that packs frames'
        )
    gt_file = sample['gt_file']
    first_frame = int(sample.get('first_frame', 1))
    last_frame = first_frame + int(sample['video_length']) - 1
    video = VideoInfo(
        sample['video_name'],
        None if gt_file is None else Path(gt_file),
        first_frame,
        int(sample.get('last_frame', last_frame)),
        'first_frame' in sample,
    )
    instances = sample['pred_track_instances']
    xyxy = torch.as_tensor(instances['bboxes']).cpu().double().reshape(-1, 4).numpy()
    tlwh = xyxy_to_tlwh(xyxy)
    ids = torch.as_tensor(instances['instances_id']).long().cpu().numpy()
    if label is not None:
        own = torch.as_tensor(instances['labels']).cpu().numpy() == label
        ids, tlwh = ids[own], tlwh[own]
    # Rounded as in a result file, so that scores are those of the file.
    frame = int(sample.get('frame_number', first_frame + int(sample['frame_id'])))
    return FrameTracks(video, frame, ids, tlwh.round(4))


def _to_rows(frames: dict[int, FrameTracks]) -> MOTRows:
    tracks = frames.values()
    return MOTRows.of_pedestrians(
        frames=np.repeat([*frames], [len(frame.ids) for frame in tracks]),
        ids=np.concatenate([frame.ids for frame in tracks]),
        tlwh=np.concatenate([frame.tlwh for frame in tracks]),
    )
