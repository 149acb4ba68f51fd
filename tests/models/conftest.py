"""Models small enough for a test, and the shared checks of batches."""

import lzma
import zlib
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

DATA = Path(__file__).parents[1] / 'data'


@cache
def read_shapes():
    """Every tensor of every published checkpoint: {architecture: {name: shape}}."""
    shapes = {}
    with lzma.open(DATA / 'nets' / 'keys.tsv.xz', 'rt') as lines:
        for line in lines:
            arch, name, sizes = line.rstrip('\n').split('\t')
            shape = tuple(int(size) for size in sizes.split(',') if size)
            shapes.setdefault(arch, {})[name] = shape
    return shapes


def stored_statistics(arch):
    """Running means and variances, which are stored one after another."""
    shapes = read_shapes()[arch]
    names = [name for name in shapes if 'running_' in name]
    flat = np.load(DATA / 'nets' / f'{arch}.npz')['statistics']
    ends = np.cumsum([np.prod(shapes[name]) for name in names])
    return dict(zip(names, np.split(flat, ends[:-1]), strict=True))


@lru_cache(maxsize=2)
def weights_by_recipe(arch, statistics=None):
    """The weights that the golden outputs of the published networks were made with.

    A published name seeds its own numbers; the statistics of batch norms are stored, or
    read from the npz file ``statistics``.
    """
    stored = np.load(statistics) if statistics else stored_statistics(arch)
    weights = {}
    for name, shape in read_shapes()[arch].items():
        noise = np.random.RandomState(zlib.crc32(name.encode())).standard_normal(shape)
        offset = 'conv_offset_mask' in name
        if name.endswith('num_batches_tracked'):
            weights[name] = torch.zeros(shape, dtype=torch.int64)
            continue
        if 'running_' in name:
            value = stored[name]
        elif len(shape) > 1:
            value = noise * (0.3 if offset else 1.4) / np.sqrt(np.prod(shape[1:]))
        elif name.endswith('.bias'):
            value = noise * (0.5 if offset else 0.1)
        else:
            value = 1 + 0.1 * noise
        weights[name] = torch.from_numpy(np.asarray(value, dtype=np.float32))
    return weights


@pytest.fixture(scope='session')
def published_shapes():
    return read_shapes()


@pytest.fixture
def published_weights():
    return lambda arch, statistics=None: dict(weights_by_recipe(arch, statistics))


@pytest.fixture(scope='session')
def golden():
    """Read an npz of tests/data."""
    return lambda path: dict(np.load(DATA / path))


@pytest.fixture(scope='session')
def config_dir():
    """Where the configs of the networks are."""
    return DATA.parents[1] / 'configs' / '_base_' / 'models'


@pytest.fixture
def make_instances():
    """Ground truth of one image: boxes, and where given, identities and labels."""

    def make(bboxes, ids=None, labels=None):
        bboxes = torch.as_tensor(bboxes, dtype=torch.float32).reshape(-1, 4)
        count = len(bboxes)
        ids = range(count) if ids is None else ids
        labels = [0] * count if labels is None else labels
        return InstanceData(
            bboxes=bboxes,
            labels=torch.tensor(list(labels), dtype=torch.int64),
            instances_ids=torch.tensor(list(ids), dtype=torch.int64),
        )

    return make


@pytest.fixture
def detector_cfg():
    """A detector of a few thousand weights, which knows five identities."""
    return dict(
        type='JDEDetector',
        backbone=dict(type='DLANet', base_channels=4),
        neck=dict(
            type='DLAUp', in_channels=[16, 32, 64, 128], conv_cfg=dict(type='DCNv2')
        ),
        bbox_head=dict(
            type='CenterHead',
            in_channels=16,
            feat_channels=8,
            test_cfg=dict(max_per_img=20),
        ),
        reid_head=dict(
            type='DenseReIDHead',
            num_ids=5,
            in_channels=16,
            feat_channels=8,
            embed_dims=6,
        ),
    )


@pytest.fixture
def batch(make_instances):
    """Two images of 64 x 96, one with three people and one with one."""
    torch.manual_seed(0)
    people = [
        make_instances([[8, 4, 30, 60], [40, 10, 60, 64], [70, 0, 110, 50]], [0, 3, 4]),
        make_instances([[50, 20, 62, 50]], [1]),
    ]
    samples = []
    for instances in people:
        sample = DetDataSample(metainfo=dict(ori_shape=(64, 96)))
        sample.gt_instances = instances
        samples.append(sample)
    return torch.rand(2, 3, 64, 96), samples
