"""Show the whole system at work: render, train, track, score, and write a video.

Needs no download. Sequences of a synthetic street are rendered, a small network is
trained on some of them for a few minutes, and tracks people in one it has not seen.
"""

import argparse
import time
from pathlib import Path

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from fairmot_mm.apis import (
    TrackInferencer,
    explain_build_errors,
    load_config,
    set_num_ids,
)
from fairmot_mm.datasets.converters import convert_mot
from fairmot_mm.evaluation import OVERALL, SequenceTracks, evaluate_sequences
from fairmot_mm.testing.synthetic import SyntheticScene, write_sequence
from fairmot_mm.utils import read_mot, require_writable_dir
from fairmot_mm.utils.cli import one_line_errors

CONFIG = Path(__file__).parent.parent / (
    'configs/fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
)
SHOWN_SCORES = ('MOTA', 'IDF1', 'HOTA')
console = Console()


class ProgressHook(Hook):
    """A bar with the loss for as long as the Runner trains.

    Args:
        progress: The bars on the screen.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def before_train(self, runner: Runner) -> None:
        """Show the bar."""
        self.task = self.progress.add_task(
            'training', total=runner.max_iters, completed=runner.iter, note=''
        )

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Move the bar on."""
        loss = outputs['loss'].item() if outputs else float('nan')
        self.progress.update(self.task, advance=1, note=f'loss {loss:.2f}')


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('--out', type=Path, default=Path('demo_output'))
    parser.add_argument('--train-sequences', type=int, default=5)
    parser.add_argument('--num-frames', type=int, default=45, help='of each sequence')
    parser.add_argument('--seed', type=int, default=1, help='of the first sequence')
    return parser.parse_args()


def bars() -> Progress:
    """Progress bars with a note at their end."""
    return Progress(
        *Progress.get_default_columns(),
        TimeElapsedColumn(),
        TextColumn('{task.fields[note]}'),
        console=console,
    )


def render(args: argparse.Namespace) -> Path:
    """Render the sequences, list those to train on, and return the one to test on."""
    source = args.out / 'data'
    with bars() as progress:
        for index in range(args.train_sequences + 1):
            is_test = index == args.train_sequences
            scene = SyntheticScene(
                seed=args.seed + index,
                num_frames=args.num_frames * (2 if is_test else 1),
                camera='fixed' if index % 2 == 0 or is_test else 'moving',
            )
            kind = 'test' if is_test else 'train'
            folder = source / kind / f'street-{kind}-{index + 1}'
            task = progress.add_task(
                f'rendering {folder.name}', total=scene.num_frames, note=''
            )
            write_sequence(folder, scene, lambda task=task: progress.advance(task))
    convert_mot(source / 'train', source, 'synthetic')
    return folder


def train(args: argparse.Namespace) -> tuple[TrackInferencer, Path]:
    """Train the demo's config; return what tracks with it, and the checkpoint."""
    cfg = load_config(
        CONFIG,
        {
            'work_dir': str(args.out / 'model'),
            'log_level': 'ERROR',
            'data_root': str(args.out / 'data'),
        },
    )
    # The sequence is scored once, after tracking.
    cfg.val_dataloader = cfg.val_cfg = cfg.val_evaluator = None
    cfg.default_hooks.checkpoint.update(save_best=None, max_keep_ckpts=1)
    set_num_ids(cfg)
    with bars() as progress:
        with explain_build_errors():
            runner = Runner.from_cfg(cfg)
        runner.register_hook(ProgressHook(progress))
        runner.train()
    checkpoint = args.out / 'model' / f'epoch_{runner.max_epochs}.pth'
    return TrackInferencer(cfg, checkpoint), checkpoint


def track(args: argparse.Namespace, inferencer: TrackInferencer, folder: Path) -> None:
    """Track the test sequence, print its scores and where the files lie."""
    start, num_frames = time.perf_counter(), 0
    with bars() as progress:
        task = progress.add_task('tracking', total=2 * args.num_frames, note='')
        for sample in inferencer(folder, args.out):
            num_frames += 1
            people = len(sample.pred_track_instances)
            progress.update(task, advance=1, note=f'{people} people')
    rate = num_frames / (time.perf_counter() - start)
    result = args.out / f'{folder.name}.txt'
    sequence = SequenceTracks(
        folder.name, read_mot(folder / 'gt' / 'gt.txt'), read_mot(result), num_frames
    )
    scores = evaluate_sequences([sequence])[OVERALL]
    console.print(f'\n{folder.name}, {num_frames} frames the network has not seen:')
    for name in SHOWN_SCORES:
        console.print(f'  {name:<12}{100 * scores[name]:6.1f} %')
    console.print(f'  {"id switches":<12}{scores["IDSW"]:6d}')
    console.print(
        f'  {"speed":<12}{rate:6.1f} frames a second on '
        f'{torch.get_num_threads()} CPU threads, reading and writing included'
    )
    console.print(f'video   {result.with_suffix(".mp4")}', soft_wrap=True)
    console.print(f'tracks  {result}', soft_wrap=True)


def main() -> None:
    """Run the demo."""
    args = parse_args()
    with one_line_errors():
        require_writable_dir(args.out)
        start = time.perf_counter()
        folder = render(args)
        inferencer, checkpoint = train(args)
        track(args, inferencer, folder)
        console.print(f'model   {checkpoint}', soft_wrap=True)
    minutes = (time.perf_counter() - start) / 60
    console.print(f'{minutes:.1f} minutes in all')


if __name__ == '__main__':
    main()
