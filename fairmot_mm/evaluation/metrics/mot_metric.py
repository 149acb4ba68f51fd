"""Multi-object tracking scores as a metric of mmengine's Evaluator."""

import logging
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.logging import print_log

from fairmot_mm.evaluation.metrics.frame_metric import FrameMetric
from fairmot_mm.evaluation.metrics.frame_tracks import (
    FrameTracks,
    VideoInfo,
    read_frame,
    to_rows,
)
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
from fairmot_mm.utils.mot_io import PEDESTRIAN

SEQUENCE_SCORES = ('HOTA', 'DetA', 'AssA', 'MOTA', 'IDF1', 'IDSW', 'FP', 'FN')


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
    suffix = '.txt'  # ending of result files

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
            tracks = read_frame(frame).of_label(self.label)
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
            texts[name] = self.format_results(name, list(frames.values()))
            if self.out_dir is not None:
                write_text(self.out_dir / f'{name}{self.suffix}', texts[name])
            video = self.videos[name]
            gt = self._truths[name]
            if gt is None:
                where = '' if video.gt_file is None else f' at {video.gt_file}'
                print_log(f'{name}: no ground truth{where}, not scored', 'current')
                continue
            sequences.append(video.to_score(gt, self.scored_rows(frames.values())))
        if self.submission is not None:
            names = write_submission(self.submission, texts, self.suffix)
            print_log(f'{self.submission} holds {", ".join(names)}', 'current')
        if not sequences:
            print_log('No sequence to score', 'current', logging.WARNING)
            return {}
        return self.score(sequences)

    def format_results(self, name: str, frames: list[FrameTracks]) -> str:
        """Format the result file of a video.

        Args:
            name: Name of the video.
            frames: All its frames, in order.
        """
        return ''.join(
            format_mot_rows(
                tracks.frame, tracks.ids, tracks.tlwh, scores=tracks.scores.tolist()
            )
            for tracks in frames
        )

    def scored_rows(self, frames: Iterable[FrameTracks]) -> MOTRows:
        """Rows of the tracks of a video that `score` takes.

        Args:
            frames: All its frames, in order.
        """
        rows = to_rows(frames)
        return replace(rows, classes=np.full_like(rows.classes, PEDESTRIAN))

    def score(self, sequences: list[SequenceTracks]) -> dict[str, float]:
        """Score sequences and log the table.

        Args:
            sequences: The sequences that have ground truth, at least one.

        Returns:
            Scores without the prefix.
        """
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
        has_truth = video.gt_file is not None and video.gt_file.is_file()
        gt = self.read_truth(video) if has_truth else None
        self.videos[video.name], self._truths[video.name] = video, gt

    def read_truth(self, video: VideoInfo) -> MOTRows:
        """Read the ground truth of a video, and refuse what cannot be scored.

        Args:
            video: A video whose ground truth exists.

        Raises:
            DataError: See `read_scored_rows` and the protocol.
        """
        assert video.gt_file is not None
        number = None if self.label is None else self.label + 1
        gt = read_scored_rows(
            video.gt_file, video.name, GROUND_TRUTH, video.frames, number
        )
        PROTOCOLS[self.protocol](video.to_score(gt, gt[:0]))
        return gt
