"""Parts of a tracker that a config chooses: motion models and optional parts."""

from fairmot_mm.models.task_modules.ecc_motion import ECCMotion
from fairmot_mm.models.task_modules.kalman_filter_xyah import KalmanFilterXYAH
from fairmot_mm.models.task_modules.kalman_filter_xywh import KalmanFilterXYWH
from fairmot_mm.models.task_modules.low_frame_rate import LowFrameRate
from fairmot_mm.models.task_modules.reentry_gallery import ReentryGallery
from fairmot_mm.models.task_modules.sparse_flow_motion import SparseFlowMotion

__all__ = [
    'ECCMotion',
    'KalmanFilterXYAH',
    'KalmanFilterXYWH',
    'LowFrameRate',
    'ReentryGallery',
    'SparseFlowMotion',
]
