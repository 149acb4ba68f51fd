"""Scoring tracks and detections against ground truth, in the Runner or without."""

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
# A registry does not import the modules of its parent: mmdet's metrics are found from
# our scope only once their package is loaded.
import mmdet.evaluation  # noqa: F401

from fairmot_mm.evaluation.box_outcomes import (
    NOBODY,
    BoxOutcomes,
    Fragment,
    Switch,
    find_outcomes,
)
from fairmot_mm.evaluation.class_results import read_class_results
from fairmot_mm.evaluation.class_scores import (
    CLASS_AVERAGE,
    DETECTION_AVERAGE,
    evaluate_by_rules,
    evaluate_classes,
    explain_empty,
    format_class_table,
)
from fairmot_mm.evaluation.class_truths import find_form, read_class_truths
from fairmot_mm.evaluation.detected_sequence import (
    DetectedSequence,
    score_tracker,
    track_sequence,
)
from fairmot_mm.evaluation.detection_files import (
    load_all_detections,
    load_detections,
    read_origin,
    save_detections,
)
from fairmot_mm.evaluation.image_ap import average_precision, score_image
from fairmot_mm.evaluation.metrics import (
    ClassMOTMetric,
    FrameCocoMetric,
    ImageAPMetric,
    MOTMetric,
    ReIDVerificationMetric,
)
from fairmot_mm.evaluation.mot_protocols import PROTOCOLS, SequenceTracks
from fairmot_mm.evaluation.mot_scores import (
    ALPHAS,
    OVERALL,
    evaluate_sequences,
    format_table,
    hota_curves,
)
from fairmot_mm.evaluation.result_folder import (
    find_result_files,
    read_result_folder,
    read_seqmap,
    read_truths,
)
from fairmot_mm.evaluation.row_embeds import embeds_of_rows
from fairmot_mm.evaluation.submission import write_submission
from fairmot_mm.evaluation.switches import find_switches
from fairmot_mm.evaluation.verification import true_accept_rates

__all__ = [
    'ALPHAS',
    'CLASS_AVERAGE',
    'DETECTION_AVERAGE',
    'NOBODY',
    'OVERALL',
    'PROTOCOLS',
    'BoxOutcomes',
    'ClassMOTMetric',
    'DetectedSequence',
    'Fragment',
    'FrameCocoMetric',
    'ImageAPMetric',
    'MOTMetric',
    'ReIDVerificationMetric',
    'SequenceTracks',
    'Switch',
    'average_precision',
    'embeds_of_rows',
    'evaluate_by_rules',
    'evaluate_classes',
    'evaluate_sequences',
    'explain_empty',
    'find_form',
    'find_outcomes',
    'find_result_files',
    'find_switches',
    'format_class_table',
    'format_table',
    'hota_curves',
    'load_all_detections',
    'load_detections',
    'read_class_results',
    'read_class_truths',
    'read_origin',
    'read_result_folder',
    'read_seqmap',
    'read_truths',
    'save_detections',
    'score_image',
    'score_tracker',
    'track_sequence',
    'true_accept_rates',
    'write_submission',
]
