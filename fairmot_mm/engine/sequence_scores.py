"""Telling scores of single sequences from scores over all sequences."""

from collections.abc import Iterable, Mapping
from typing import Any


def split_names(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Find the names that belong to single sequences.

    Args:
        names: Names of scores, such as ``mot/MOTA`` and ``mot/MOTA/MOT17-02``. The
            second one is the score ``mot/MOTA`` of the sequence ``MOT17-02``, because
            ``mot/MOTA`` is a name as well.

    Returns:
        (score, sequence) by name, for the names of single sequences.
    """
    known = {*names}
    parts = {name: name.rpartition('/') for name in known}
    return {
        name: (s, sequence) for name, (s, _, sequence) in parts.items() if s in known
    }


def split_scores(
    metrics: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Split scores into those over all sequences and those of single sequences.

    Args:
        metrics: Scores by name, see `split_names`.

    Returns:
        Scores over all sequences by name; scores of each sequence by sequence and name.
    """
    split = split_names(metrics)
    overall = {name: metrics[name] for name in metrics if name not in split}
    sequences: dict[str, dict[str, Any]] = {}
    for name, (score, sequence) in sorted(split.items()):
        sequences.setdefault(sequence, {})[score] = metrics[name]
    return overall, sequences
