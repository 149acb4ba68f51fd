"""What the command line tools share."""

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager

from mmengine.config import DictAction

from fairmot_mm.utils.errors import UserInputError


@contextmanager
def one_line_errors() -> Iterator[None]:
    """End the program with one line, not a traceback, on an error a user caused.

    Raises:
        SystemExit: With ``error: <message>``; its status is 1.
    """
    try:
        yield
    except UserInputError as error:
        # An error of a data loader's worker arrives as that worker's whole traceback.
        marker = rf'(?s).*\b{type(error).__name__}: '
        raise SystemExit(f'error: {re.sub(marker, "", str(error)).strip()}') from error


def add_runner_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that ``tools/train.py`` and ``tools/test.py`` have in common."""
    parser.add_argument('--work-dir', help='folder of logs, checkpoints and results')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='override keys of the config, as in train_dataloader.batch_size=4',
    )
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='how the processes of a distributed run were started',
    )
    # torchrun needs neither; torch.distributed.launch passes one or the other.
    parser.add_argument(
        '--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS
    )
