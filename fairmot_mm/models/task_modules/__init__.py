"""Parts that trackers and heads are given by config: motion models."""

from fairmot_mm.models.task_modules.kalman_filter import KalmanFilterXYAH

__all__ = ['KalmanFilterXYAH']
