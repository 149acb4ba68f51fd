"""Splits and links finished tracks, fills their gaps, and smooths them."""

import argparse
from contextlib import ExitStack
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path

import numpy as np

from fairmot_mm.config.build import build_component
from fairmot_mm.evaluation import embeds_of_rows, find_result_files, load_detections
from fairmot_mm.postprocessing import (
    TrackRelabeling,
    interpolate_tracks,
    smooth_tracks,
)
from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import (
    ConfigError,
    DataError,
    MOTRows,
    number_folder,
    require_frames,
    require_writable_dir,
    write_mot,
    write_text,
)
from fairmot_mm.utils.claim_output import claim_output
from fairmot_mm.utils.class_files import CLASS_FILE
from fairmot_mm.utils.cli import show_progress
from fairmot_mm.utils.contracts import require_contract
from fairmot_mm.utils.counted import counted
from fairmot_mm.utils.frame_numbering import Frames
from fairmot_mm.utils.mot_io import mot_rows
from fairmot_mm.utils.mot_table import ClassColumn, MOTTable
from fairmot_mm.utils.text_files import read_text

# With fewer boxes that have a detection, the detections are not those of the results.
_MIN_SHARE = 0.5


@dataclass(frozen=True)
class Sequence:
    """What is known about the video of a result file.

    Attributes:
        frames: Numbers of its frames; None if every number between two is a frame.
        frame_rate: Frames per second; NaN if no option says it.
        embeds: (N, C) embedding of each result, see `embeds_of_rows`, or None.
    """

    frames: np.ndarray | None
    frame_rate: float
    embeds: np.ndarray | None


def build_relabelings(args: argparse.Namespace) -> list[TrackRelabeling]:
    """Build the parts that give tracks other identities: splitting, then linking.

    Raises:
        ConfigError: A part has no such argument, a value is wrong, or an option that
            the part needs is missing.
    """
    kinds = (('split', 'TrackletSplitting'), ('link', 'TrackletLinking'))
    parts = []
    for name, kind in kinds:
        options = getattr(args, name)
        if options is None:
            continue
        if args.detections is None and name == 'split':
            raise ConfigError(
                '--split needs --detections: result files have no embeddings'
            )
        if args.detections is None and args.frame_rate is None:
            raise ConfigError(
                f'--{name} needs --frame-rate, or --detections, which have it'
            )
        part = build_component({'type': kind, **options}, TASK_UTILS, f'--{name}')
        require_contract(part, TrackRelabeling, f'--{name}')
        parts.append(part)
    if not parts and (args.detections or args.frame_rate):
        raise ConfigError('--detections and --frame-rate need --split or --link')
    return parts


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


def find_detections(args: argparse.Namespace, files: list[Path]) -> dict[str, Path]:
    """Find the file of detections of each result file, by its name.

    Raises:
        DataError: There is none.
    """
    if args.detections is None:
        return {}
    if args.detections.is_dir():
        found = {file.stem: args.detections / f'{file.stem}.npz' for file in files}
    else:
        found = {file.stem: args.detections for file in files}
    for file in files:
        path = found[file.stem]
        if path.stem != file.stem or not path.is_file():
            raise DataError(
                f'--detections {args.detections} has no {file.stem}.npz, which '
                f'{file} needs: make it with tools/analysis_tools/cache_detections.py'
            )
    return found


def read_sequence(
    args: argparse.Namespace, rows: MOTRows, name: str, detections: Path | None
) -> Sequence:
    """Read what the options say about the video of a result file.

    Raises:
        DataError: The sequence is not there, it does not have a frame, or the
            detections are not those of the results.
    """
    frames: Frames | None = None
    rate, embeds = args.frame_rate or nan, None
    if detections is not None:
        detected = load_detections(detections)
        frames, rate = detected.frames, args.frame_rate or detected.frame_rate
        require_frames(rows.frames, frames, 'results have', lambda _: str(detections))
        embeds = embeds_of_rows(rows, detected)
        known = int((~np.isnan(embeds).any(axis=1)).sum())
        if known < _MIN_SHARE * len(rows):
            raise DataError(
                f'only {known} of {len(rows)} boxes have a detection in {detections}: '
                'give the detections that the tracks were made from'
            )
    if args.data_root is not None:
        frames, _ = number_folder(args.data_root / name)
        if frames is None:
            raise DataError(f'{args.data_root / name} has neither images nor seqLength')
        require_frames(rows.frames, frames, 'results have', lambda _: name)
    return Sequence(None if isinstance(frames, range) else frames, rate, embeds)


def refine(
    rows: MOTRows,
    args: argparse.Namespace,
    sequence: Sequence,
    relabelings: list[TrackRelabeling],
) -> MOTRows:
    """Refine tracks by the places of their frames, which may have any numbers."""
    if sequence.frames is not None:
        places = np.searchsorted(sequence.frames, rows.frames).astype(np.int64)
        rows = replace(rows, frames=places)
    for part in relabelings:
        rows = part.relabel(rows, sequence.frame_rate, sequence.embeds)
    rows = interpolate_tracks(rows, args.max_gap)
    if args.method == 'gaussian':
        rows = smooth_tracks(rows, args.tau, args.noise)
    if sequence.frames is not None:
        rows = replace(rows, frames=sequence.frames[rows.frames])
    return rows


def refine_tracks(args: argparse.Namespace) -> None:
    """Read everything, then refine and write every file."""
    files = find_results(args)
    relabelings = build_relabelings(args)
    detections = find_detections(args, files)
    tables = {file.stem: MOTTable.read(file) for file in files}
    before = {stem: mot_rows(table) for stem, table in tables.items()}
    require_writable_dir(args.out)
    names = files[0].with_name(CLASS_FILE)
    if names.is_file():
        write_text(args.out / CLASS_FILE, read_text(names))
    with ExitStack() as claims:
        for file in files:
            claim = claim_output(args.out / file.name, args.overwrite, files)
            claims.enter_context(claim)
        for file in show_progress(files, 'refining'):
            rows = before[file.stem]
            try:
                path = detections.get(file.stem)
                sequence = read_sequence(args, rows, file.stem, path)
                refined = refine(rows, args, sequence, relabelings)
            except DataError as error:
                raise DataError(f'{file}: {error}') from error
            has_classes = tables[file.stem].class_column is not ClassColumn.NONE
            write_mot(args.out / file.name, refined, has_classes)
            print(f'{file.stem}: {_describe(rows, refined, bool(relabelings))}')


def _describe(rows: MOTRows, refined: MOTRows, relabeled: bool) -> str:
    """Say how many tracks there are now, and how many boxes were added."""
    added = f'{counted(len(refined) - len(rows), "box", "boxes")} added to {len(rows)}'
    if not relabeled:
        return added
    counts = [len(np.unique(tracks.ids)) for tracks in (rows, refined)]
    return f'{counted(counts[0], "track")} became {counts[1]}, {added}'
