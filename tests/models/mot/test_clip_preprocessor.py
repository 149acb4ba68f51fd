import numpy as np
import pytest
import torch
from mmdet.models.data_preprocessors import TrackDataPreprocessor
from mmdet.structures import DetDataSample, TrackDataSample

from fairmot_mm.models import ClipPreprocessor

SETTINGS = {
    'published': dict(
        use_det_processor=True,
        mean=[0.0, 0.0, 0.0],
        std=[255.0, 255.0, 255.0],
        bgr_to_rgb=True,
        pad_size_divisor=32,
    ),
    'other': dict(
        mean=[123.7, 116.3, 103.5], std=[58.4, 57.1, 57.4], pad_size_divisor=32
    ),
    'none': dict(pad_size_divisor=1),
}


def batch(*shapes):
    """Clips of random pixels, each with its samples."""
    rng = np.random.default_rng(0)
    clips, samples = [], []
    for shape in shapes:
        clips.append(torch.from_numpy(rng.integers(0, 256, shape, np.uint8)))
        sample = TrackDataSample()
        sample.video_data_samples = [DetDataSample() for _ in range(shape[0])]
        samples.append(sample)
    return {'inputs': clips, 'data_samples': samples}


@pytest.mark.parametrize('name', SETTINGS)
@pytest.mark.parametrize(
    'shapes',
    [
        [(1, 3, 64, 96)],
        [(2, 3, 64, 96)] * 3,
        [(1, 3, 50, 70)],  # needs padding
        [(1, 3, 64, 96), (1, 3, 64, 64)],  # differ in size
    ],
)
def test_values_and_samples_of_mmdet(name, shapes):
    """What mmdet gives, bit by bit, in the batch and in the metainfo."""
    mine = ClipPreprocessor(**SETTINGS[name])(batch(*shapes))
    theirs = TrackDataPreprocessor(**SETTINGS[name])(batch(*shapes))
    assert mine['inputs'].dtype == torch.float32
    assert mine['inputs'].is_contiguous()
    torch.testing.assert_close(mine['inputs'], theirs['inputs'], rtol=0, atol=0)
    metas = [
        [frame.metainfo for clip in each['data_samples'] for frame in clip]
        for each in (mine, theirs)
    ]
    assert metas[0] == metas[1]
    assert metas[0][0]['batch_input_shape'] == tuple(mine['inputs'].shape[-2:])


def test_pixels_of_the_caller_stay():
    """Normalising in place changes the own array, and no clip."""
    data = batch((1, 3, 64, 96))
    before = data['inputs'][0].clone()
    ClipPreprocessor(**SETTINGS['published'])(data)
    assert (data['inputs'][0] == before).all()
