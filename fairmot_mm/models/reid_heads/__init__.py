"""Heads that embed identities."""

from fairmot_mm.models.reid_heads.base_reid_head import BaseReIDHead
from fairmot_mm.models.reid_heads.dense_reid_head import DenseReIDHead
from fairmot_mm.models.reid_heads.metric_reid_head import MetricReIDHead
from fairmot_mm.models.reid_heads.partial_classifier import PartialClassifier

__all__ = ['BaseReIDHead', 'DenseReIDHead', 'MetricReIDHead', 'PartialClassifier']
