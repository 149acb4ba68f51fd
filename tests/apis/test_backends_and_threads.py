from importlib.util import find_spec
from typing import get_args

import numpy as np
import pytest
import torch

from fairmot_mm.apis import TrackInferencer, init_model, load_config
from fairmot_mm.inference.inference_options import Backend
from fairmot_mm.synthetic import SyntheticScene
from fairmot_mm.video import VideoWriter
from tests.apis.conftest import CONFIG

FAST = [
    dict(type='LoadFrame'),
    dict(type='FastLetterbox', scale=(96, 64)),
    dict(type='PackFrame'),
]
PUBLISHED = [
    dict(type='LoadImage'),
    dict(type='Letterbox', scale=(96, 64)),
    dict(type='PackFrame'),
]


@pytest.fixture(scope='module')
def street_video(tmp_path_factory):
    """Twelve frames of people who walk."""
    path = tmp_path_factory.mktemp('video') / 'street.mp4'
    writer = VideoWriter(path, 25)
    scene = SyntheticScene(1, 4, width=192, height=128, num_frames=12)
    for image, _ in scene.frames():
        writer.write(image)
    writer.close()
    return path


@pytest.fixture(scope='module')
def weights(network, tmp_path_factory):
    """The weights of the small network."""
    path = tmp_path_factory.mktemp('weights') / 'small.pth'
    torch.save(network.state_dict(), path)
    return path


@pytest.mark.parametrize('steps', [FAST, PUBLISHED], ids=['fast', 'published'])
@pytest.mark.parametrize('backend', get_args(Backend))
def test_threads_change_nothing(
    weights, onnx_file, street_video, tmp_path, backend, steps
):
    """For each back-end, the text of a run is that of a run without threads."""
    if backend != 'pytorch' and find_spec(backend) is None:
        pytest.skip(f'{backend} is not installed')
    cfg = load_config(
        CONFIG,
        {
            'model.tracker.min_box_area': 0,
            'model.tracker.obj_score_thr': 0.1,
            'inference.backend': backend,
        },
    )
    cfg.test_pipeline = steps
    model = init_model(cfg, weights if backend == 'pytorch' else onnx_file, 'cpu')
    texts = []
    for threads in (True, False):
        out = tmp_path / str(threads)
        run = TrackInferencer(model, threads=threads)(street_video, out)
        assert len(list(run)) == 12
        texts.append((out / 'street.txt').read_text())
        assert (out / 'street.mp4').stat().st_size > 1000
    rows = np.loadtxt(tmp_path / 'True' / 'street.txt', delimiter=',', ndmin=2)
    assert len(rows) > 3
    assert texts[0] == texts[1]
