"""Writes synthetic sequences."""

import argparse
from functools import partial

from rich.progress import Progress

from fairmot_mm.synthetic import CAMERAS, SyntheticScene, write_sequence
from fairmot_mm.utils.counted import counted


def make_sequences(args: argparse.Namespace) -> None:
    """Write every sequence, naming each after its seed."""
    width, height = args.size
    cameras = CAMERAS if args.camera == 'both' else (args.camera,)
    with Progress() as progress:
        for index in range(args.num_sequences):
            seed = args.seed + index
            scene = SyntheticScene(
                seed=seed,
                num_people=args.num_people,
                num_cyclists=args.num_cyclists,
                num_cars=args.num_cars,
                width=width,
                height=height,
                num_frames=args.num_frames,
                frame_rate=args.frame_rate,
                camera=cameras[index % len(cameras)],
            )
            folder = args.out / f'synthetic-{seed:04d}'
            task = progress.add_task(folder.name, total=args.num_frames)
            write_sequence(folder, scene, partial(progress.advance, task))
    sequences = counted(args.num_sequences, 'sequence')
    print(f'{sequences} of {counted(args.num_frames, "frame")} in {args.out}')
