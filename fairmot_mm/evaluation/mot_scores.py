"""CLEAR, identity and HOTA scores of sequences."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from tabulate import tabulate

from fairmot_mm.evaluation.box_matching import iou_distance
from fairmot_mm.evaluation.mot_protocols import PROTOCOLS, FramePair, SequenceTracks
from fairmot_mm.utils import ConfigError, DataError

# motmetrics needs pandas, and trackeval scipy: they are imported when a score is
# computed, not before the first frame.
if TYPE_CHECKING:
    from motmetrics import MOTAccumulator

OVERALL = 'OVERALL'

ALPHAS = np.arange(1, 20) / 20  # IoU thresholds of HOTA
HOTA_NAMES = ('HOTA', 'DetA', 'AssA', 'DetRe', 'DetPr', 'AssRe', 'AssPr', 'LocA')
# Name in motmetrics -> name in a MOTChallenge table.
MOTMETRICS_NAMES = {
    'mota': 'MOTA',
    'idf1': 'IDF1',
    'idp': 'IDP',
    'idr': 'IDR',
    'recall': 'Rcll',
    'precision': 'Prcn',
    'motp': 'MOTP',
    'num_unique_objects': 'GT',
    'mostly_tracked': 'MT',
    'partially_tracked': 'PT',
    'mostly_lost': 'ML',
    'num_false_positives': 'FP',
    'num_misses': 'FN',
    'num_switches': 'IDSW',
    'num_fragmentations': 'FM',
    'num_transfer': 'IDt',
    'num_ascend': 'IDa',
    'num_migrate': 'IDm',
}
TABLE_NAMES = ('HOTA', 'DetA', 'AssA', *MOTMETRICS_NAMES.values())

Scores = dict[str, float]


def evaluate_sequences(
    sequences: Iterable[SequenceTracks | tuple], protocol: str = 'motchallenge'
) -> dict[str, Scores]:
    """Score each sequence and all sequences together.

    Args:
        sequences: `SequenceTracks`, or tuples of their fields: name, ground truth rows,
            result rows and, optionally, the number of frames and the first frame.
        protocol: 'motchallenge' for the rules of the MOTChallenge server, 'published'
            for the rules behind the numbers published for FairMOT.

    Returns:
        Scores of each sequence by its name, and of all frames together under 'OVERALL'.
        Ratios are fractions, and 0 if undefined (0 / 0); counts are int. HOTA, DetA and
        AssA and their parts are means over the IoU thresholds 0.05 to 0.95. MOTP is
        the mean distance 1 - IoU of matches, as published: less is better.

    HOTA is computed by TrackEval. CLEAR and identity scores are computed by motmetrics,
    which first matches a ground truth track to the result that it matched last, however
    long ago (TrackEval: in the frame before), and counts a track as mostly tracked from
    80 % of its boxes on (TrackEval: above 80 %).

    Raises:
        ConfigError: Unknown protocol.
        DataError: No sequence, two of one name, or rows that the protocol refuses.
    """
    pairs = _pairs_of(sequences, protocol)
    clear, hota = _clear_scores(pairs), _hota_scores(pairs)
    return {name: hota[name] | clear[name] for name in (*pairs, OVERALL)}


def hota_curves(
    sequences: Iterable[SequenceTracks | tuple], protocol: str = 'motchallenge'
) -> dict[str, dict[str, np.ndarray]]:
    """Compute HOTA at each IoU threshold; their means are the scores.

    Args:
        sequences: See `evaluate_sequences`.
        protocol: See `evaluate_sequences`.

    Returns:
        By sequence and under 'OVERALL', each of `HOTA_NAMES` at the thresholds
        `ALPHAS`, (19,) float64 fractions.

    Raises:
        ConfigError: See `evaluate_sequences`.
        DataError: See `evaluate_sequences`.
    """
    return curves_of_pairs(_pairs_of(sequences, protocol))


def curves_of_pairs(
    pairs: dict[str, list[FramePair]],
) -> dict[str, dict[str, np.ndarray]]:
    """Compute HOTA at each IoU threshold of boxes that a protocol has chosen.

    Args:
        pairs: The boxes that count in each frame, by the name of the sequence.

    Returns:
        See `hota_curves`.
    """
    return {
        name: {key: np.asarray(row[key], np.float64) for key in HOTA_NAMES}
        for name, row in _hota_values(pairs).items()
    }


def require_protocol(protocol: str) -> None:
    """Raise if there is no protocol of this name.

    Args:
        protocol: Name of the protocol.

    Raises:
        ConfigError: The protocol is unknown.
    """
    if protocol not in PROTOCOLS:
        raise ConfigError(
            f'protocol {protocol!r} is unknown; choose one of {", ".join(PROTOCOLS)}'
        )


def format_table(scores: dict[str, Scores]) -> str:
    """Format scores as a table, with ratios in per cent.

    Args:
        scores: What `evaluate_sequences` returned.

    Returns:
        Lines of text, one for each sequence.
    """
    rows = [
        [name, *(format_score(values[column]) for column in TABLE_NAMES)]
        for name, values in scores.items()
    ]
    alignment = ['left'] + ['right'] * len(TABLE_NAMES)
    return tabulate(
        rows, ('sequence', *TABLE_NAMES), disable_numparse=True, colalign=alignment
    )


def _pairs_of(
    sequences: Iterable[SequenceTracks | tuple], protocol: str
) -> dict[str, list[FramePair]]:
    """What counts in each frame, by the name of the sequence."""
    require_protocol(protocol)
    pairs: dict[str, list[FramePair]] = {}
    for sequence in (SequenceTracks(*fields) for fields in sequences):
        if sequence.name in (*pairs, OVERALL):
            raise DataError(f'sequence name {sequence.name!r} is taken; rename one')
        pairs[sequence.name] = PROTOCOLS[protocol](sequence)
    if not pairs:
        raise DataError('no sequence to evaluate')
    return pairs


def format_score(value: float) -> str:
    """Format a count, or a ratio in per cent.

    Args:
        value: A count (int), or a fraction (float).
    """
    if isinstance(value, int):
        return str(value)
    return f'{round(100 * value, 1) + 0.0:.1f}'  # no -0.0


def _clear_scores(pairs: dict[str, list[FramePair]]) -> dict[str, Scores]:
    from motmetrics import lap, metrics

    host = metrics.create()
    names = list(MOTMETRICS_NAMES)
    # Other solvers, if installed, decide ties differently.
    with lap.set_default_solver('lap'):
        values = {
            name: host.compute(
                accumulate_events(frames),
                metrics=names,
                return_dataframe=False,
                return_cached=True,
            )
            for name, frames in pairs.items()
        }
    for partial in values.values():
        # A sequence without a match has 0 / 0, which would make the overall mean NaN.
        partial['motp'] = np.nan_to_num(partial['motp'])
    values[OVERALL] = host.compute_overall(
        list(values.values()), metrics=names, return_dataframe=False
    )
    return {
        name: {ours: _plain(row[theirs]) for theirs, ours in MOTMETRICS_NAMES.items()}
        for name, row in values.items()
    }


def accumulate_events(frames: Sequence[FramePair]) -> 'MOTAccumulator':
    """Collect matches, misses, false positives and switches for motmetrics.

    Args:
        frames: The boxes that count in each frame.

    Returns:
        The events of all frames.
    """
    from motmetrics import MOTAccumulator

    accumulator = MOTAccumulator()
    for pair in frames:
        accumulator.update(
            pair.gt_ids, pair.result_ids, iou_distance(pair.iou), frameid=pair.frame
        )
    return accumulator


def _plain(value: float) -> float:
    """Convert to a Python number; an undefined ratio becomes 0, as in TrackEval."""
    if isinstance(value, (int, np.integer)):
        return int(value)
    return float(value) if np.isfinite(value) else 0.0


def _hota_scores(pairs: dict[str, list[FramePair]]) -> dict[str, Scores]:
    return {
        name: {key: float(np.mean(row[key])) for key in HOTA_NAMES}
        for name, row in _hota_values(pairs).items()
    }


def _hota_values(pairs: dict[str, list[FramePair]]) -> dict[str, dict[str, np.ndarray]]:
    """What TrackEval computes, at each of `ALPHAS`."""
    from trackeval.metrics import HOTA

    metric = HOTA()
    values = {
        name: metric.eval_sequence(trackeval_data(frames))
        for name, frames in pairs.items()
    }
    values[OVERALL] = metric.combine_sequences(values)
    return values


def trackeval_data(frames: Sequence[FramePair]) -> dict[str, int | list[np.ndarray]]:
    """Make the input of TrackEval's metrics.

    Args:
        frames: The boxes that count in each frame.

    Returns:
        The fields that the metrics read; identities are renumbered from 0 without gaps.
    """
    num_gt_ids, gt_ids = _renumber([pair.gt_ids for pair in frames])
    num_result_ids, result_ids = _renumber([pair.result_ids for pair in frames])
    return {
        'gt_ids': gt_ids,
        'tracker_ids': result_ids,
        'similarity_scores': [pair.iou for pair in frames],
        'num_gt_ids': num_gt_ids,
        'num_tracker_ids': num_result_ids,
        'num_gt_dets': sum(map(len, gt_ids)),
        'num_tracker_dets': sum(map(len, result_ids)),
        'num_timesteps': len(frames),
    }


def _renumber(ids: list[np.ndarray]) -> tuple[int, list[np.ndarray]]:
    if not ids:
        return 0, []
    unique, numbers = np.unique(np.concatenate(ids), return_inverse=True)
    return len(unique), np.split(numbers, np.cumsum([len(part) for part in ids])[:-1])
