"""Losses and the weighting of tasks."""

from fairmot_mm.models.losses.circle_loss import CircleLoss
from fairmot_mm.models.losses.fixed_weighting import FixedWeighting
from fairmot_mm.models.losses.hard_triplet_loss import HardTripletLoss
from fairmot_mm.models.losses.similarity_distill_loss import SimilarityDistillLoss
from fairmot_mm.models.losses.uncertainty_weighting import UncertaintyWeighting

__all__ = [
    'CircleLoss',
    'FixedWeighting',
    'HardTripletLoss',
    'SimilarityDistillLoss',
    'UncertaintyWeighting',
]
