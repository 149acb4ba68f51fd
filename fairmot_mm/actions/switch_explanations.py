"""Why identities switched, for a report."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fairmot_mm.actions.explain_switch import Replay, switch_decisions
from fairmot_mm.apis import build_tracker
from fairmot_mm.evaluation import Switch, load_detections
from fairmot_mm.report.worst_moments import Explanation
from fairmot_mm.utils import DataError, MOTRows

_CANDIDATES = 6  # shown for each decision
_SAME_BOX = 0.01  # pixels; result files have four decimals


def explain_switches(
    args: argparse.Namespace, name: str, results: MOTRows, switches: Sequence[Switch]
) -> dict[Switch, Explanation]:
    """Run the tracker again, and note what it considered.

    Args:
        args: The command line.
        name: Name of the sequence.
        results: Its tracks.
        switches: The switches to explain.

    Returns:
        The explanation of each.

    Raises:
        DataError: There is no file of detections of this sequence, or the tracker gives
            other tracks.
        ConfigError: The tracker cannot be built, or does not tell what it considered.
    """
    path = _find_detections(args.detections, name)
    replay = Replay(build_tracker(args.config, args.cfg_options), load_detections(path))
    _require_same(replay.rows, results, path, args)
    places = [place for switch in switches for place in replay.places_of(switch)]
    explainers = replay.explainers(places)
    explanations = {}
    for switch in switches:
        decisions = switch_decisions(replay, switch, _CANDIDATES, explainers)
        end = decisions[-1].end
        text = f'{end[0].upper()}{end[1:]}.'
        details = '\n'.join(decision.text for decision in decisions)
        explanations[switch] = Explanation(text, details)
    return explanations


def _find_detections(path: Path, name: str) -> Path:
    """The file of detections of a sequence."""
    file = path / f'{name}.npz' if path.is_dir() else path
    if file.stem != name or not file.is_file():
        raise DataError(
            f'--detections {path} has no {name}.npz: make it with '
            'tools/analysis_tools/cache_detections.py, or leave --detections out'
        )
    return file


def _require_same(
    replayed: MOTRows, results: MOTRows, path: Path, args: argparse.Namespace
) -> None:
    """Raise if the tracker does not give the boxes of the results."""
    places = replayed.find(results.frames, results.ids)
    wrong = places < 0
    apart = replayed.tlwh[places[~wrong]] - results.tlwh[~wrong]
    wrong[~wrong] = np.abs(apart).max(axis=1, initial=0) > _SAME_BOX
    if wrong.any():
        raise DataError(
            f'the tracker of {args.config or "the default config"} gives other tracks '
            f'on {path} than {args.results} has, from frame '
            f'{int(results.frames[wrong].min())} on: name the config of the run with '
            '--config and --cfg-options, or leave --detections out'
        )
