"""Fills the gaps of finished tracks, and smooths them."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from fairmot_mm.evaluation import find_result_files
from fairmot_mm.postprocessing import interpolate_tracks, smooth_tracks
from fairmot_mm.utils import (
    ConfigError,
    DataError,
    MOTRows,
    read_mot,
    require_writable_dir,
    write_mot,
)
from fairmot_mm.utils.claim_output import claim_output
from fairmot_mm.utils.cli import show_progress


def find_results(args: argparse.Namespace) -> list[Path]:
    """Find the result files to refine.

    Raises:
        DataError: There is no result file.
        ConfigError: The result files would be replaced.
    """
    is_file = args.results.is_file()
    files = [args.results] if is_file else find_result_files(args.results)
    if files[0].parent.resolve() == args.out.resolve():
        raise ConfigError(
            f'--out {args.out} holds the results themselves: take another'
        )
    return files


def refine_tracks(args: argparse.Namespace) -> None:
    """Read everything, then refine and write every file."""
    files = find_results(args)
    before = {file.stem: read_mot(file) for file in files}
    require_writable_dir(args.out)
    with ExitStack() as claims:
        for file in files:
            claim = claim_output(args.out / file.name, args.overwrite, files)
            claims.enter_context(claim)
        _refine(args, files, before)


def _refine(
    args: argparse.Namespace, files: list[Path], before: dict[str, MOTRows]
) -> None:
    """Refine and write every file, and say how many boxes were added."""
    for file in show_progress(files, 'refining'):
        rows = before[file.stem]
        try:
            refined = interpolate_tracks(rows, args.max_gap)
            if args.method == 'gaussian':
                refined = smooth_tracks(refined, args.tau, args.noise)
        except DataError as error:
            raise DataError(f'{file}: {error}') from error
        write_mot(args.out / file.name, refined)
        print(f'{file.stem}: {len(refined) - len(rows)} boxes added to {len(rows)}')
