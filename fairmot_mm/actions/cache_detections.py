"""Writes the detections of sequences to files."""

import argparse
import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from fairmot_mm.apis import detect_sequence, init_model, load_config
from fairmot_mm.evaluation import DetectedSequence, read_origin, save_detections
from fairmot_mm.synthetic import DetectionNoise, noisy_detections
from fairmot_mm.utils import CheckpointError, ConfigError, SequenceInfo

Detect = Callable[[Path, Callable[[], object]], DetectedSequence]


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


def cache_detections(args: argparse.Namespace) -> None:
    """Make the files that are missing or come from other settings."""
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
            sequence = detect(folder, partial(progress.advance, bar))
            progress.update(bar, completed=len(info.images))
            save_detections(path, sequence, origin)
            print(f'{path}: {len(sequence.scores)} detections')
