"""Metrics that mmengine's Evaluator builds from a config."""

from fairmot_mm.evaluation.metrics.mot_metric import MOTMetric

__all__ = ['MOTMetric']
