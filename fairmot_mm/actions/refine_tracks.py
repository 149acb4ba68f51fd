"""Fills the gaps of finished tracks, and smooths them."""

import argparse
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from fairmot_mm.evaluation import find_result_files
from fairmot_mm.postprocessing import interpolate_tracks, smooth_tracks
from fairmot_mm.utils import (
    ConfigError,
    DataError,
    MOTRows,
    number_folder,
    read_mot,
    require_frames,
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
    if not files:
        raise DataError(f'{args.results} is no result file and has none in it')
    if files[0].parent.resolve() == args.out.resolve():
        raise ConfigError(
            f'--out {args.out} holds the results themselves: take another'
        )
    return files


def refine(rows: MOTRows, args: argparse.Namespace) -> MOTRows:
    """Refine the tracks of a sequence whose frames follow each other one by one."""
    refined = interpolate_tracks(rows, args.max_gap)
    if args.method == 'gaussian':
        refined = smooth_tracks(refined, args.tau, args.noise)
    return refined


def refine_numbered(rows: MOTRows, args: argparse.Namespace, name: str) -> MOTRows:
    """Refine tracks by the places of their frames, which may have any numbers.

    Raises:
        DataError: The sequence is not there, or it does not have a frame.
    """
    known, _ = number_folder(args.data_root / name)
    if known is None:
        raise DataError(f'{args.data_root / name} has neither images nor seqLength')
    require_frames(rows.frames, known, 'results have', lambda _: name)
    if isinstance(known, range):
        return refine(rows, args)
    placed = replace(rows, frames=np.searchsorted(known, rows.frames))
    refined = refine(placed, args)
    return replace(refined, frames=known[refined.frames])


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
            if args.data_root is None:
                refined = refine(rows, args)
            else:
                refined = refine_numbered(rows, args, file.stem)
        except DataError as error:
            raise DataError(f'{file}: {error}') from error
        write_mot(args.out / file.name, refined)
        print(f'{file.stem}: {len(refined) - len(rows)} boxes added to {len(rows)}')
