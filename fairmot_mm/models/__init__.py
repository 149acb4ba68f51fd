"""Networks, heads, losses and trackers, each registered in `MODELS`."""

# Our registry does not import the modules of its parent registry. Configs of our scope
# find mmdet's models only after mmdet's package is imported.
import mmdet.models  # noqa: F401

from fairmot_mm.models.backbones import DLANet, HRNetV2
from fairmot_mm.models.dense_heads import CenterHead
from fairmot_mm.models.detectors import JDEDetector, ONNXDetector
from fairmot_mm.models.layers import DCNv2
from fairmot_mm.models.losses import FixedWeighting, UncertaintyWeighting
from fairmot_mm.models.mot import FairMOT, MMDetTracker, adapt_tracker
from fairmot_mm.models.necks import (
    ConcatNeck,
    DeconvFPN,
    DeconvNeck,
    DLAConcatUp,
    DLAUp,
    YOLOv5Neck,
)
from fairmot_mm.models.reid_heads import DenseReIDHead, PartialClassifier
from fairmot_mm.models.task_modules import (
    ECCMotion,
    KalmanFilterXYAH,
    KalmanFilterXYWH,
    LowFrameRate,
    ReentryGallery,
    SparseFlowMotion,
)
from fairmot_mm.models.trackers import (
    AppearanceStage,
    JDETracker,
    LowScoreAssociation,
    OverlapStage,
)

__all__ = [
    'AppearanceStage',
    'CenterHead',
    'ConcatNeck',
    'DCNv2',
    'DLAConcatUp',
    'DLANet',
    'DLAUp',
    'DeconvFPN',
    'DeconvNeck',
    'DenseReIDHead',
    'ECCMotion',
    'FairMOT',
    'FixedWeighting',
    'HRNetV2',
    'JDEDetector',
    'JDETracker',
    'KalmanFilterXYAH',
    'KalmanFilterXYWH',
    'LowFrameRate',
    'LowScoreAssociation',
    'MMDetTracker',
    'ONNXDetector',
    'OverlapStage',
    'PartialClassifier',
    'ReentryGallery',
    'SparseFlowMotion',
    'UncertaintyWeighting',
    'YOLOv5Neck',
    'adapt_tracker',
]
