"""Write the detections of sequences to files, for tools that run many trackers on them.

They come from a trained model, or, where there is none, from ground truth with noise.
Sequences that already have a file from the same model and settings are left out.
"""

import argparse
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from mmengine.config import DictAction
from rich.console import Console
from rich.progress import Progress

from fairmot_mm.apis import detect_sequence, init_model, load_config
from fairmot_mm.evaluation import DetectedSequence, read_origin, save_detections
from fairmot_mm.synthetic import DetectionNoise, noisy_detections
from fairmot_mm.utils import CheckpointError, ConfigError, SequenceInfo
from fairmot_mm.utils.cli import add_number_arguments, one_line_errors

Detect = Callable[[Path, Callable[[], object]], DetectedSequence]


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument(
        'sequences', nargs='+', type=Path, help='MOTChallenge sequence folders'
    )
    parser.add_argument(
        '--out', type=Path, required=True, help='folder for SEQUENCE.npz'
    )
    parser.add_argument('--config', help='config file of a model')
    parser.add_argument('--checkpoint', help='its weights')
    parser.add_argument(
        '--device', help='as in cpu or cuda:0 (default: the accelerator)'
    )
    add_number_arguments(
        parser, batch_size=(1, 'frames in a batch'), seed=(0, 'seed of the noise')
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='override keys of the config: scores below '
        'model.detector.bbox_head.test_cfg.score_thr are not in the files',
    )
    parser.add_argument(
        '--noise',
        nargs='*',
        action=DictAction,
        help='use ground truth with noise; KEY=VALUE changes one of '
        f'{", ".join(asdict(DetectionNoise()))}',
    )
    args = parser.parse_args()
    if (args.noise is None) == (args.config is None):
        parser.error('give --config and --checkpoint, or --noise')
    if args.config and not args.checkpoint:
        parser.error('--config needs --checkpoint')
    return args


def noise_source(args: argparse.Namespace) -> tuple[str, Detect]:
    """Describe what the detections depend on, and how ground truth gives them."""
    try:
        noise = DetectionNoise(**(args.noise or {}))
    except TypeError as error:
        raise ConfigError(f'--noise: {error}') from error
    origin = {'noise': asdict(noise), 'seed': args.seed}
    return json.dumps(origin), lambda folder, _: noisy_detections(
        folder, args.seed, noise
    )


def model_source(args: argparse.Namespace) -> tuple[str, Detect]:
    """Describe what the detections depend on, and how the network gives them."""
    cfg = load_config(args.config, args.cfg_options)
    cfg.model.tracker = None
    cfg.model.pop('detect_every', None)
    checkpoint = Path(args.checkpoint)
    if not checkpoint.is_file():
        raise CheckpointError(f'checkpoint {checkpoint} does not exist')
    digest = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    origin = {
        'detector': cfg.model.detector.to_dict(),
        'preprocessor': cfg.model.get('data_preprocessor', {}),
        'pipeline': [dict(step) for step in cfg.get('test_pipeline', ())],
        'checkpoint': digest,
    }
    model = init_model(cfg, checkpoint, args.device)
    return json.dumps(origin, default=str), lambda folder, on_frame: detect_sequence(
        model, folder, batch_size=args.batch_size, on_frame=on_frame
    )


@one_line_errors()
def main() -> None:
    """Make the files that are missing or come from other settings."""
    args = parse_args()
    infos = [SequenceInfo.read(folder) for folder in args.sequences]
    origin, detect = (noise_source if args.config is None else model_source)(args)
    names = [info.name for info in infos]
    if len(set(names)) < len(names):
        raise ConfigError(f'two of the sequences have one name: {sorted(names)}')
    with Progress(console=Console(stderr=True)) as progress:
        for folder, info in zip(args.sequences, infos, strict=True):
            path = args.out / f'{info.name}.npz'
            if read_origin(path) == origin:
                progress.print(f'{path} is there already')
                continue
            bar = progress.add_task(info.name, total=len(info.images))
            sequence = detect(folder, lambda bar=bar: progress.advance(bar))
            progress.update(bar, completed=len(info.images))
            save_detections(path, sequence, origin)
            print(f'{path}: {len(sequence.scores)} detections')


if __name__ == '__main__':
    main()
