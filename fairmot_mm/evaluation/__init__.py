"""Scores of tracks against ground truth, inside and outside the Runner."""

# A registry does not import the modules of its parent: mmdet's metrics are found from
# our scope only once their package is loaded.
import mmdet.evaluation  # noqa: F401

from fairmot_mm.evaluation.detected_sequence import (
    DetectedSequence,
    score_tracker,
    track_sequence,
)
from fairmot_mm.evaluation.metrics import MOTMetric
from fairmot_mm.evaluation.mot_protocols import PROTOCOLS, SequenceTracks
from fairmot_mm.evaluation.mot_scores import OVERALL, evaluate_sequences, format_table

__all__ = [
    'OVERALL',
    'PROTOCOLS',
    'DetectedSequence',
    'MOTMetric',
    'SequenceTracks',
    'evaluate_sequences',
    'format_table',
    'score_tracker',
    'track_sequence',
]
