"""Networks, heads, losses and trackers, each registered in `MODELS`."""

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
# Our registry does not import the modules of its parent registry. Configs of our scope
# find mmdet's models only after mmdet's package is imported.
import mmdet.models  # noqa: F401

from fairmot_mm.models import (
    backbones,
    dense_heads,
    detectors,
    layers,
    losses,
    mot,
    necks,
    reid_heads,
    task_modules,
    trackers,
)
from fairmot_mm.models.backbones import *  # noqa: F403
from fairmot_mm.models.dense_heads import *  # noqa: F403
from fairmot_mm.models.detectors import *  # noqa: F403
from fairmot_mm.models.layers import *  # noqa: F403
from fairmot_mm.models.losses import *  # noqa: F403
from fairmot_mm.models.mot import *  # noqa: F403
from fairmot_mm.models.necks import *  # noqa: F403
from fairmot_mm.models.reid_heads import *  # noqa: F403
from fairmot_mm.models.task_modules import *  # noqa: F403
from fairmot_mm.models.trackers import *  # noqa: F403

__all__: list[str] = []
__all__ += backbones.__all__
__all__ += dense_heads.__all__
__all__ += detectors.__all__
__all__ += layers.__all__
__all__ += losses.__all__
__all__ += mot.__all__
__all__ += necks.__all__
__all__ += reid_heads.__all__
__all__ += task_modules.__all__
__all__ += trackers.__all__
