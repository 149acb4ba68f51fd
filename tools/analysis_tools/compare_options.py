"""What the options of inference do to results: detections, embeddings and tracks.

Each set of options tracks the same frames as the network as it is: PyTorch, float32,
plain layout. Prints a table in Markdown with a row for each network and set. Without
weights a network gets random ones that react to the frames.
"""

import argparse
import itertools
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from mmdet.structures import DetDataSample
from mmengine.config import Config, DictAction
from rich.console import Console
from rich.progress import track
from tabulate import tabulate

from fairmot_mm.apis import TrackInferencer, init_model, load_config
from fairmot_mm.apis.preparation import Preparation
from fairmot_mm.benchmark.random_network import enliven
from fairmot_mm.utils import ConfigError, UserInputError
from fairmot_mm.utils.cli import one_line_errors
from fairmot_mm.video.frame_source import open_source

PLAIN = 'channels_last=False'
ON_A_CPU = [
    'channels_last=True',
    'fuse_conv_bn=True',
    'precision=bfloat16,fuse_conv_bn=True',
    'compile=True',
    'backend=onnxruntime',
]
REACH = 8.0  # pixels; a detection without another that near is lost
PIPELINE = [dict(type='LoadImage'), dict(type='Letterbox'), dict(type='PackFrame')]
HEADERS = ('network', 'options', 'compared', 'lost', 'box (px)', 'score', '1 - cosine')
HEADERS += ('tracks', 'time (s)')


class Run(NamedTuple):
    """Frames as one set of options tracks them.

    Attributes:
        frames: Results.
        seconds: Median time of a frame, decoding of the video left out.
    """

    frames: list[DetDataSample]
    seconds: float


class Difference(NamedTuple):
    """How far detections of another run are from those that a tracker takes.

    Attributes:
        compared: Detections of the plain run above the tracker's threshold.
        lost: Of them, those that the other run has nothing near to.
        values: Largest difference of the others: in pixels, in score, 1 - cosine.
        tracks: Whether frames and identities of all tracks are equal.
    """

    compared: int
    lost: int
    values: tuple[float, ...]
    tracks: bool


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.split('\n\n')[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument('configs', nargs='+', type=Path, help='config files')
    parser.add_argument('--input', required=True, help='video or folder of images')
    parser.add_argument('--weights', help='of the config; without them, random ones')
    parser.add_argument(
        '--frames', type=int, default=10, help='first ones of the input'
    )
    parser.add_argument(
        '--input-size',
        type=int,
        nargs=2,
        metavar=('WIDTH', 'HEIGHT'),
        help="of the network, in place of the config's",
    )
    parser.add_argument('--device', default='cpu', help='as in cuda:0')
    parser.add_argument(
        '--options',
        nargs='+',
        default=ON_A_CPU,
        metavar='KEY=VALUE[,KEY=VALUE]',
        help='sets of keys of the dict inference',
    )
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, help='override config keys'
    )
    return parser.parse_args(argv)


def read_config(path: Path, args: argparse.Namespace) -> Config:
    """A config, with the size of the network's input that is asked for."""
    cfg = load_config(path, args.cfg_options)
    if args.input_size:
        cfg.test_pipeline = [dict(step) for step in cfg.get('test_pipeline', PIPELINE)]
        for step in cfg.test_pipeline:
            if step['type'] == 'Letterbox':
                step['scale'] = tuple(args.input_size)
    if 'test_pipeline' not in cfg:
        raise ConfigError(f'{path} has no test_pipeline: give --input-size')
    return cfg


def random_weights(cfg: Config, frames: Sequence[Any], path: Path) -> None:
    """Write weights that find something in the frames."""
    torch.manual_seed(0)
    model = init_model(cfg, device='cpu', cfg_options={'inference': {}})
    prepare = Preparation(model.cfg)
    packed = [item.packed for item in prepare(open_source(frames))]
    data = {key: [item[key] for item in packed] for key in packed[0]}
    images = model.data_preprocessor(data, False)['inputs'].flatten(0, 1)
    enliven(model, images, score_of_tracks(cfg))
    torch.save(model.state_dict(), path)


def score_of_tracks(cfg: Config) -> float:
    """Score from which on a tracker takes a detection."""
    return cfg.model.tracker.get('obj_score_thr', 0.4)


def run(
    cfg: Config, weights: Path, frames: Sequence[Any], device: str, options: str
) -> Run:
    """Track the frames with a set of options, ``KEY=VALUE,KEY=VALUE``."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--set', nargs='+', action=DictAction)
    named = parser.parse_args(['--set', *options.split(',')]).set
    model = init_model(
        cfg,
        weights,
        device,
        {f'inference.{key}': value for key, value in named.items()},
    )
    samples, seconds = [], []
    results = TrackInferencer(model)(frames)
    start = time.perf_counter()
    for sample in results:
        seconds.append(time.perf_counter() - start)
        samples.append(sample)
        start = time.perf_counter()
    return Run(samples, sorted(seconds)[len(seconds) // 2])


def compare(plain: Run, other: Run, score: float) -> Difference:
    """Detections above a score, and tracks, of two runs over the same frames."""
    compared = lost = 0
    worst = torch.zeros(3)
    for own, theirs in zip(plain.frames, other.frames, strict=True):
        taken = own.pred_instances[own.pred_instances.scores > score]
        found = theirs.pred_instances
        compared += len(taken)
        if not len(taken) or not len(found):
            lost += len(taken)
            continue
        far = torch.cdist(taken.bboxes, found.bboxes, p=float('inf'))
        far[taken.labels[:, None] != found.labels] = float('inf')
        pixels, nearest = far.min(dim=1)
        near = pixels <= REACH
        lost += int((~near).sum())
        if near.any():
            twins = found[nearest[near]]
            taken = taken[near]
            scores = (taken.scores - twins.scores).abs().max()
            cosine = 1 - (taken.embeds * twins.embeds).sum(dim=1).min()
            worst = worst.maximum(torch.stack([pixels[near].max(), scores, cosine]))
    return Difference(
        compared, lost, tuple(worst.tolist()), identities(plain) == identities(other)
    )


def identities(run: Run) -> list[list[int]]:
    """Of every frame, in ascending order."""
    return [
        sorted(frame.pred_track_instances.instances_id.tolist()) for frame in run.frames
    ]


def compare_network(path: Path, args: argparse.Namespace) -> list[tuple[str, ...]]:
    """Rows of the table for one config."""
    cfg = read_config(path, args)
    source = open_source(args.input)
    frames = [f.image for f in itertools.islice(source.frames, args.frames)]
    with tempfile.TemporaryDirectory() as folder:
        weights = args.weights or Path(folder, 'random.pth')
        if not args.weights:
            random_weights(cfg, frames, weights)
        plain = run(cfg, weights, frames, args.device, PLAIN)
        name = f'`{path.stem.removeprefix("fairmot_")}`'
        count = len({number for frame in identities(plain) for number in frame})
        rows = [(name, 'none', '', '', '', '', '', str(count), f'{plain.seconds:.2f}')]
        for options in args.options:
            try:
                other = run(cfg, weights, frames, args.device, options)
            except UserInputError as error:  # such as nothing to fuse
                Console(stderr=True).print(f'{name}, {options}: {error}')
                rows.append((name, f'`{options}`', *[''] * 5, 'refused', ''))
                continue
            found = compare(plain, other, score_of_tracks(cfg))
            rows.append(
                (
                    name,
                    f'`{options}`',
                    str(found.compared),
                    str(found.lost),
                    *(f'{value:.1e}' for value in found.values),
                    'equal' if found.tracks else 'differ',
                    f'{other.seconds:.2f}',
                )
            )
    return rows


def main(argv: list[str] | None = None) -> None:
    """Run the tool."""
    args = parse_args(argv)
    rows = []
    with one_line_errors():
        for path in track(
            args.configs, description='networks', console=Console(stderr=True)
        ):
            rows += compare_network(path, args)
    print(tabulate(rows, HEADERS, 'github', disable_numparse=True))


if __name__ == '__main__':
    main()
