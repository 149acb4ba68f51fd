"""Scores of all sequences together, and those of each."""

from collections.abc import Iterable, Mapping
from typing import Any


def split_names(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Tell which names are those of a single sequence.

    Args:
        names: Of scores, such as ``mot/MOTA`` and ``mot/MOTA/MOT17-02``. A name that
            goes on after another one is that score of a sequence.

    Returns:
        (score, sequence) for every name of the second kind.
    """
    known = {*names}
    split = {}
    for name in known:
        score, _, sequence = name.rpartition('/')
        if score in known:
            split[name] = (score, sequence)
    return split


def split_scores(
    metrics: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The scores of all together, and by sequence."""
    split = split_names(metrics)
    overall = {name: metrics[name] for name in metrics if name not in split}
    sequences: dict[str, dict[str, Any]] = {}
    for name in metrics:
        if name in split:
            score, sequence = split[name]
            sequences.setdefault(sequence, {})[score] = metrics[name]
    return overall, sequences
