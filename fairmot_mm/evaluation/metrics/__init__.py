"""Metrics that mmengine's Evaluator builds from a config."""

from fairmot_mm.evaluation.metrics.class_mot_metric import ClassMOTMetric
from fairmot_mm.evaluation.metrics.frame_coco_metric import FrameCocoMetric
from fairmot_mm.evaluation.metrics.image_ap_metric import ImageAPMetric
from fairmot_mm.evaluation.metrics.mot_metric import MOTMetric
from fairmot_mm.evaluation.metrics.reid_verification_metric import (
    ReIDVerificationMetric,
)

__all__ = [
    'ClassMOTMetric',
    'FrameCocoMetric',
    'ImageAPMetric',
    'MOTMetric',
    'ReIDVerificationMetric',
]
