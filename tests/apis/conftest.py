from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.config import ConfigDict
from mmengine.structures import InstanceData

from fairmot_mm.apis import init_model, load_config
from fairmot_mm.utils import step

CONFIG = Path(__file__).parents[2] / (
    'configs/fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
)


class PackOneFrame:
    """Last transform of a test pipeline: packs a frame as a clip of length 1."""

    def __call__(self, results):
        image = np.ascontiguousarray(results['img'].transpose(2, 0, 1))
        keys = (
            'ori_shape',
            'frame_id',
            'frame_number',
            'skipped',
            'frame_rate',
            'video_length',
        )
        frame = DetDataSample(metainfo={key: results[key] for key in keys})
        clip = TrackDataSample()
        clip.video_data_samples = [frame]
        return dict(inputs=torch.from_numpy(image)[None], data_samples=clip)


class DriftingModel:
    """Stands in for FairMOT: three boxes that move 2 px a frame, ids from 1."""

    best_batch_size = 1

    def __init__(self):
        self.cfg = ConfigDict(
            test_pipeline=[dict(type='LoadImageFromFile'), dict(type=PackOneFrame)]
        )
        self.dataset_meta = {'classes': ('pedestrian',)}
        self.batch_sizes = []
        self.num_resets = 0
        self.tracker = 'its own'

    def detect(self, data):
        count = len(data['inputs'])
        with step('copy', count):
            pass
        with step('network', count):
            self.network(data['inputs'])
        with step('maps', count):
            return data

    def network(self, inputs):
        self.batch_sizes.append(len(inputs))

    def associate(self, inputs, data_samples, trackers=None):
        with step('association', len(data_samples)):
            for clip in data_samples:
                for frame in clip.video_data_samples:
                    self.num_resets += frame.frame_id == 0
                    frame.pred_track_instances = self.tracks(frame)
        return data_samples

    @staticmethod
    def tracks(frame):
        height, width = frame.ori_shape
        start = torch.tensor([[0.1, 0.2], [0.4, 0.4], [0.7, 0.1]])
        corner = start * torch.tensor([width, height]) + 2.0 * frame.frame_id
        size = torch.tensor([width / 10, height / 3])
        return InstanceData(
            bboxes=torch.cat([corner, corner + size], dim=1),
            scores=torch.tensor([0.9, 0.8, 0.7]),
            labels=torch.zeros(3, dtype=torch.long),
            instances_id=torch.tensor([1, 2, 3]),
        )


@pytest.fixture(scope='module')
def network():
    """A small network at its random start, as sure of what it sees as a trained one."""
    torch.manual_seed(0)
    cfg = load_config(CONFIG, {'model.tracker.min_box_area': 0})
    cfg.test_pipeline[1].scale = (96, 64)
    cfg.model.tracker.obj_score_thr = 0.1
    model = init_model(cfg, device='cpu')
    head = model.detector.bbox_head
    torch.nn.init.constant_(head.size[2].bias, 2.0)
    return model


@pytest.fixture(scope='module')
def exact_network(network):
    """The same in float64.

    In float32 the arithmetic of a larger batch differs in the last digit on the CPU,
    and a detection that close to a threshold may fall on the other side.
    """
    exact = deepcopy(network).double()
    exact.detector.backbone.register_forward_pre_hook(
        lambda _, images: (images[0].double(),)
    )
    return exact


@pytest.fixture
def model():
    return DriftingModel()
