# mmengine's pure-Python form of a config: editors follow its imports to the bases and
# to the classes. Bases are files without `_base_`. It trains DLA-34 on rendered streets
# (docs/get_started/train_on_cpu.md makes the data); every tool takes it.
from mmengine.config import read_base

from fairmot_mm.engine import PeakOneCycleLR
from fairmot_mm.models import JDETracker

with read_base():
    from .._base_.datasets.jde_1088x608 import *
    from .._base_.default_runtime import *
    from .._base_.models.fairmot_dla34 import *
    from .._base_.schedules.adam_30e import *

# Variables are set as in other configs.
data_root = 'data/rendered'
input_size = (320, 192)
ann_files = ['synthetic.train']
video_root = '${data_root}/test'
max_epochs = 10
base_lr = 1e-3

# `update` merges; `=` replaces.
model.update(
    detector=dict(neck=dict(conv_cfg=None)),
    tracker=dict(type=JDETracker, obj_score_thr=0.3),
)
train_dataloader.update(batch_size=4, num_workers=2)
param_scheduler = [
    dict(
        type=PeakOneCycleLR,
        total_steps='${train_cfg.max_epochs}',
        pct_start=0.2,
        convert_to_iter_based=True,
    )
]
auto_scale_lr.update(base_batch_size=4)
