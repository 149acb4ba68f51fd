"""Scores of each class as a metric of mmengine's Evaluator."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from mmengine.logging import print_log

from fairmot_mm.evaluation.class_pairs import pair_class
from fairmot_mm.evaluation.class_scores import (
    CLASS_AVERAGE,
    CLASS_TABLE_NAMES,
    evaluate_classes,
    explain_empty,
    format_class_table,
)
from fairmot_mm.evaluation.class_truths import refuse_unscorable_classes
from fairmot_mm.evaluation.metrics.frame_tracks import FrameTracks, VideoInfo, to_rows
from fairmot_mm.evaluation.metrics.mot_metric import MOTMetric
from fairmot_mm.evaluation.mot_protocols import SequenceTracks
from fairmot_mm.evaluation.mot_scores import HOTA_NAMES, OVERALL
from fairmot_mm.registry import METRICS
from fairmot_mm.utils import (
    ConfigError,
    DataError,
    MOTRows,
    format_mot_rows,
    write_text,
)
from fairmot_mm.utils.bdd_io import format_bdd
from fairmot_mm.utils.benchmark_classes import BDD_CLASSES
from fairmot_mm.utils.benchmark_rules import (
    BDD100K_RULES,
    IGNORE_REGION,
    KITTI_RULES,
    BenchmarkRules,
)
from fairmot_mm.utils.class_files import CLASS_FILE, read_class_rows
from fairmot_mm.utils.contracts import require_choice
from fairmot_mm.utils.kitti_io import KITTI_NAMES, format_kitti

CLASS_SCORES = ('HOTA', 'DetA', 'AssA', 'MOTA', 'IDF1', 'IDSW', 'FP', 'FN')
_RULES = {
    'mot': BenchmarkRules(),
    'kitti': KITTI_RULES,
    'bdd100k': BDD100K_RULES,
}
_FORM_NAMES = {'kitti': KITTI_NAMES, 'bdd100k': BDD_CLASSES}


@METRICS.register_module()
class ClassMOTMetric(MOTMetric):
    """CLEAR, identity and HOTA scores of each class, and their averages.

    Takes the samples that `MOTMetric` takes, with ``labels`` (M,) of the tracks. The
    names of the labels are those of the data set (``metainfo.classes``); the ground
    truth names its classes in ``gt/labels.txt``, or has the columns of VisDrone.
    Classes are compared by name, without regard to case. `pair_class` has the rules.

    The metric returns the class average, such as ``mot/HOTA``, and the main scores of
    each class and of the detection average: ``mot/HOTA/car``,
    ``mot/HOTA/detection-average``; `evaluate_classes` explains them.

    Args:
        form: Form of the result files, and whose rules count: 'mot' (text with the
            class, from 1, in column 8, whose names are in ``labels.txt`` beside them),
            'kitti' or 'bdd100k', as their servers take them. A class without objects
            counts as 0 in the class average of the last two, as in TrackEval; with
            'mot' it does not count.
        outfile_prefix: See `MOTMetric`.
        submission: See `MOTMetric`; the files in it have the form.
        collect_device: See mmengine's ``BaseMetric``.
        collect_dir: Likewise.
        prefix: Beginning of the names of scores, 'mot' by default.

    Raises:
        ConfigError: Unknown form.
        OutputError: See `MOTMetric`.
    """

    score_names = tuple({*HOTA_NAMES, *CLASS_TABLE_NAMES})

    def __init__(
        self,
        form: str = 'mot',
        outfile_prefix: str | None = None,
        submission: str | None = None,
        collect_device: str = 'cpu',
        collect_dir: str | None = None,
        prefix: str | None = None,
    ) -> None:
        require_choice('form', form, tuple(_RULES))
        super().__init__(
            outfile_prefix=outfile_prefix,
            submission=submission,
            collect_device=collect_device,
            collect_dir=collect_dir,
            prefix=prefix,
        )
        self.form = form
        self.suffix = '.json' if form == 'bdd100k' else '.txt'

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the labels.

        Raises:
            ConfigError: The data set does not name them, or the form has no such name.
        """
        meta: dict[str, Any] = self.dataset_meta or {}
        classes = tuple(meta.get('classes', ()))
        if not classes:
            raise ConfigError(
                'ClassMOTMetric needs the names of the classes: set '
                'metainfo=dict(classes=(...)) of the data set'
            )
        known = [name.lower() for name in _FORM_NAMES.get(self.form, classes)]
        unknown = [name for name in classes if name.lower() not in known]
        if unknown:
            raise ConfigError(
                f'form = {self.form!r} has no class {unknown[0]!r}; it has '
                f'{", ".join(known)}'
            )
        return classes

    def compute_metrics(self, results: list[FrameTracks]) -> dict[str, float]:
        """Write result files and score, see `MOTMetric`.

        Args:
            results: Frames of all ranks, in order within a video.

        Returns:
            Scores without the prefix; empty if no sequence has ground truth.
        """
        if self.out_dir is not None and self.form == 'mot':
            names = ''.join(f'{name}\n' for name in self.classes)
            write_text(self.out_dir / CLASS_FILE, names)
        return super().compute_metrics(results)

    def read_truth(self, video: VideoInfo) -> MOTRows:
        """Read the ground truth of a video, with the numbers of our labels.

        Args:
            video: A video whose ground truth exists.

        Raises:
            DataError: See `read_class_rows`; or the ground truth lacks a class of the
                data set, or has rows that cannot be scored.
        """
        assert video.gt_file is not None
        rows, names, where = read_class_rows(video.gt_file)
        theirs = {name.lower(): number for number, name in enumerate(names, 1)}
        numbers = np.full(len(names) + 1, -1)
        numbers[IGNORE_REGION] = IGNORE_REGION
        for label, name in enumerate(self.classes, 1):
            if name.lower() not in theirs:
                raise DataError(
                    f'{video.gt_file} has no class {name!r} of the data set '
                    f'(metainfo.classes); it has {", ".join(names)}'
                )
            numbers[theirs[name.lower()]] = label
        classes = numbers[rows.classes]
        kept = np.flatnonzero(classes >= 0)
        refuse_unscorable_classes(rows, where, video.name, video.frames)
        gt = replace(rows, classes=classes)[kept]
        for number in range(1, len(self.classes) + 1):
            pair_class(video.to_score(gt, gt[:0]), number)
        return gt

    def scored_rows(self, frames: Iterable[FrameTracks]) -> MOTRows:
        """Rows of the tracks of a video, with classes from 1.

        Args:
            frames: All its frames, in order.
        """
        return to_rows(frames)

    def format_results(self, name: str, frames: list[FrameTracks]) -> str:
        """Format the result file of a video, with the class of each row.

        Args:
            name: Name of the video.
            frames: All its frames, in order.
        """
        names = np.array(self.classes, object)
        largest = max((tracks.labels.max(initial=-1) for tracks in frames), default=-1)
        if largest >= len(names):
            raise ConfigError(
                f'the model finds class {largest}, but metainfo.classes of the data '
                f'set has {len(names)}: {", ".join(names)}'
            )
        if self.form == 'bdd100k':
            return format_bdd(
                name,
                [
                    {
                        'name': tracks.image,
                        'ids': tracks.ids,
                        'tlwh': tracks.tlwh,
                        'names': names[tracks.labels],
                        'scores': tracks.scores,
                    }
                    for tracks in frames
                ],
            )
        if self.form == 'kitti':
            return ''.join(
                format_kitti(
                    tracks.frame,
                    tracks.ids,
                    tracks.tlwh,
                    names[tracks.labels],
                    tracks.scores,
                )
                for tracks in frames
            )
        return ''.join(
            format_mot_rows(
                tracks.frame,
                tracks.ids,
                tracks.tlwh,
                (tracks.labels + 1).tolist(),
                tracks.scores.tolist(),
            )
            for tracks in frames
        )

    def score(self, sequences: list[SequenceTracks]) -> dict[str, float]:
        """Score the classes and log the table.

        Args:
            sequences: The sequences that have ground truth, at least one.

        Returns:
            Scores without the prefix.
        """
        rules, is_benchmark = _RULES[self.form], self.form != 'mot'
        scores = evaluate_classes(
            sequences,
            self.classes,
            min_height=rules.min_height,
            groups=rules.groups,
            count_empty=is_benchmark,
        )
        notes = explain_empty(scores, self.classes, count_empty=is_benchmark)
        table = '\n'.join([format_class_table(scores), *notes])
        print_log(f'Form {self.form}, ratios in %\n{table}', 'current')
        return scores.pop(CLASS_AVERAGE)[OVERALL] | {
            f'{key}/{name}': values[OVERALL][key]
            for name, values in scores.items()
            for key in CLASS_SCORES
        }
