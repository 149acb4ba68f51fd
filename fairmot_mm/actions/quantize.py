"""Quantizes a network to int8, and writes it if it is accurate enough."""

import argparse
import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmdet.structures import DetDataSample
from tabulate import tabulate

from fairmot_mm.apis import detect_sequence, init_model
from fairmot_mm.apis.calibration import network_input, preprocess, read_frames
from fairmot_mm.evaluation import score_tracker
from fairmot_mm.evaluation.mot_scores import OVERALL, Scores
from fairmot_mm.inference.agreement import Agreement
from fairmot_mm.inference.quantize_onnx import quantize_onnx
from fairmot_mm.models import FairMOT, OpenVINODetector
from fairmot_mm.utils import CheckpointError, ConfigError, DataError, atomic_path
from fairmot_mm.utils.claim_output import claim_output
from fairmot_mm.utils.cli import show_progress

_SCORES = ('HOTA', 'MOTA', 'IDF1')


class CheckFrames:
    """Frames of an input that a network is calibrated on and compared on.

    Every third frame is for the comparison, the others are for the calibration.

    Args:
        model: A `FairMOT`, which prepares the frames.
        source: Video, folder or pattern of images, or sequence.
        count: Number of frames to calibrate on; fewer if the input is short.

    Raises:
        DataError: The input is live, or has fewer than three frames.
        VideoError: See `open_source`.
    """

    def __init__(self, model: FairMOT, source: str, count: int) -> None:
        self.model = model
        self._frames = read_frames(model, source, -(-3 * count // 2))
        number = len(self._frames)
        if number < 3:
            raise DataError(
                f'{source} has {number} frames; a network is calibrated on some and '
                'compared on others: give at least 3, better 150'
            )
        self.calibration = [k for k in range(number) if k % 3 != 2]
        self.comparison = [k for k in range(number) if k % 3 == 2]

    def image(self, place: int) -> np.ndarray:
        """Image of a calibration frame, (1, 3, H, W) float32 RGB in [0, 1].

        Args:
            place: Its place among `calibration`.
        """
        return network_input(self.model, self._frames[self.calibration[place]])

    def detect(self, detector: OpenVINODetector, places: Sequence[int]) -> list[Any]:
        """Detect in comparison frames.

        Args:
            detector: The network.
            places: Places of the frames among `comparison`.

        Returns:
            The ``pred_instances`` of each frame.
        """
        found = []
        for place in places:
            packed = preprocess(self.model, self._frames[self.comparison[place]])
            frames: list[DetDataSample] = packed['data_samples'][0].video_data_samples
            with torch.no_grad():
                detector.predict(packed['inputs'].flatten(0, 1), frames)
            found.append(frames[0].pred_instances)
        return found


class Comparison:
    """What a network in int8 loses against its float form.

    Args:
        model: A `FairMOT` whose detector is the float form, with its tracker.
        frames: Frames to compare detections on.
        sequences: Sequence folders with ground truth, to compare tracks on.

    Raises:
        ConfigError: The model has no tracker.
        DataError: A sequence cannot be read, or has no ground truth.
    """

    def __init__(
        self, model: FairMOT, frames: CheckFrames, sequences: Sequence[str]
    ) -> None:
        if model.tracker is None:
            raise ConfigError(
                'the model has no tracker, whose threshold says which detections '
                'count: give a config that sets model.tracker'
            )
        self.model, self.frames, self.sequences = model, frames, sequences
        self.tracker = model.tracker
        self.score_thr = getattr(model.tracker, 'obj_score_thr', 0.4)
        self.everywhere = range(len(frames.comparison))
        self._expected = frames.detect(model.detector, self.everywhere)
        self.scores = self.track(model.detector)

    def agree(self, path: Path, places: Sequence[int]) -> list[Agreement]:
        """Compare the detections of a file with those of the float form.

        Args:
            path: The file in int8.
            places: Places of frames among the comparison frames.

        Returns:
            The comparison of each frame.
        """
        found = self.frames.detect(OpenVINODetector(path), places)
        return [
            Agreement.of_frame(self._expected[place], own, self.score_thr)
            for place, own in zip(places, found, strict=True)
        ]

    def losses(self, path: Path, places: Sequence[int]) -> list[float]:
        """What each frame loses, from 0 to 1, see `agree` and `_drop`."""
        return [max(one.lost, one.turned) for one in self.agree(path, places)]

    def track(self, detector: OpenVINODetector) -> dict[str, Scores]:
        """Track the sequences with a network.

        Args:
            detector: The network.

        Returns:
            Scores by sequence, and of all together; empty without sequences.
        """
        if not self.sequences:
            return {}
        tracking = copy.copy(self.model)
        tracking._modules = {**self.model._modules, 'detector': detector}
        detected = [
            detect_sequence(tracking, folder)
            for folder in show_progress(self.sequences, 'tracking')
        ]
        for folder, sequence in zip(self.sequences, detected, strict=True):
            if not len(sequence.gt):
                raise DataError(f'{folder} has no ground truth, gt/gt.txt')
        return score_tracker(self.tracker, detected)


def quantize(args: argparse.Namespace) -> None:
    """Quantize, compare, and write the file or refuse it.

    Args:
        args: The command line, see `fairmot_mm.commands.quantize`.

    Raises:
        UserInputError: Something cannot be read or written, or the network in int8
            loses too much.
    """
    taken = {Path(args.input).resolve()}
    for folder in args.ground_truth:
        if Path(folder).resolve() in taken:
            raise ConfigError(
                f'--ground-truth {folder} is the input, or named twice: the scores are '
                'of sequences that the network is not calibrated on'
            )
        taken.add(Path(folder).resolve())
    options = {**(args.cfg_options or {}), 'inference.backend': 'openvino'}
    with claim_output(args.out, args.overwrite, [Path(args.checkpoint)]):
        model = init_model(args.config, args.checkpoint, 'cpu', options)
        frames = CheckFrames(model, args.input, args.frames)
        comparison = Comparison(model, frames, args.ground_truth)
        judge = None
        if args.accuracy_control:
            num_frames = len(frames.comparison)
            judge = (comparison.losses, num_frames, args.max_drop / 100)
        with atomic_path(args.out) as temporary:
            quantize_onnx(
                model.detector.onnx_file,
                temporary,
                len(frames.calibration),
                frames.image,
                judge,
            )
            agreement = Agreement.of_frames(
                comparison.agree(temporary, comparison.everywhere)
            )
            after = comparison.track(OpenVINODetector(temporary))
            text = _describe(agreement, comparison.scores, after)
            name, drop = _drop(agreement, comparison.scores, after)
            if drop > args.max_drop:
                print(text)
                raise CheckpointError(
                    f'int8 loses {drop:.2f} hundredths of {name}, and --max-drop '
                    f'allows {args.max_drop:g}: {args.out} is not written. Calibrate '
                    'on more frames like those of the task, leave sensitive layers in '
                    'float (--accuracy-control), or allow more'
                )
    sizes = [
        Path(path).stat().st_size / 1e6 for path in (model.detector.onnx_file, args.out)
    ]
    print(text)
    print(
        f'{args.out}: {sizes[1]:.1f} MB (float {sizes[0]:.1f} MB), calibrated on '
        f'{len(frames.calibration)} frames; run it with --backend openvino'
    )


def _drop(
    agreement: Agreement, before: dict[str, Scores], after: dict[str, Scores]
) -> tuple[str, float]:
    """What is lost most, and how many hundredths of it."""
    if before:
        drops = {
            f'{name} on the sequences': before[OVERALL][name] - after[OVERALL][name]
            for name in _SCORES
        }
    else:
        drops = {
            'the detections': agreement.lost,
            'the cosine of embeddings': agreement.turned,
        }
    name = max(drops, key=lambda key: drops[key])
    return name, 100 * drops[name]


def _describe(
    agreement: Agreement, before: dict[str, Scores], after: dict[str, Scores]
) -> str:
    """Write down how detections and tracks of int8 differ from float."""
    lines = [
        f'detections above the threshold of the tracker in the frames of the check: '
        f'float {agreement.expected}, int8 {agreement.found}, in both '
        f'{agreement.matched} ({100 * agreement.lost:.2f} % without a partner)'
    ]
    if agreement.matched:
        lines.append(
            f'of those in both, mean and largest difference: score '
            f'{agreement.scores.mean():.4f}, {agreement.scores.max():.4f}; 1 - cosine '
            f'{agreement.turned:.4f}, {agreement.cosines.max():.4f}'
        )
    if before:
        rows = [
            {
                'sequence': name,
                'network': kind,
                **{key: f'{100 * scores[name][key]:.1f}' for key in _SCORES},
                'IDSW': scores[name]['IDSW'],
            }
            for name in before
            for kind, scores in (('float', before), ('int8', after))
        ]
        lines += ['', tabulate(rows, headers='keys', tablefmt='github'), '']
    return '\n'.join(lines)
