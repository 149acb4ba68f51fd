import hashlib
from dataclasses import replace

import pytest

from fairmot_mm.apis import default_model
from fairmot_mm.apis.default_in_int8 import default_in_int8
from fairmot_mm.apis.ensure_model import ensure_model
from fairmot_mm.models import OpenVINODetector
from fairmot_mm.utils import CheckpointError

pytest.importorskip('openvino')


@pytest.mark.parametrize(
    'options',
    [
        None,
        {'model.tracker.track_buffer': 60},
        {'inference.num_threads': 1},
        {'inference.backend': 'openvino'},
    ],
)
def test_taken(options):
    """A CPU runs the default in int8, whatever the tracker."""
    path = default_in_int8(default_model(), 'cpu', options)
    assert path.stat().st_size <= 4e6


@pytest.mark.parametrize(
    'options',
    [
        {'inference.precision': 'bfloat16'},
        {'inference.backend': 'pytorch'},
        {'model.detector.bbox_head.test_cfg.max_per_img': 50},
        {'test_pipeline.1.scale': (320, 192)},
    ],
)
def test_left(options):
    """An option that the file cannot follow leads to the network in float."""
    assert default_in_int8(default_model(), 'cpu', options) is None


def test_elsewhere(monkeypatch):
    """A GPU runs the network in float, and so does a CPU without OpenVINO."""
    assert default_in_int8(default_model(), 'cuda:0', None) is None
    monkeypatch.setattr('fairmot_mm.apis.default_in_int8.find_spec', lambda name: None)
    assert default_in_int8(default_model(), 'cpu', None) is None


def test_another_file():
    """A file that is not the one of the zoo is refused."""
    other = replace(default_model(), int8_sha256=hashlib.sha256(b'').hexdigest())
    with pytest.raises(CheckpointError, match=r'int8\.onnx is damaged or another'):
        default_in_int8(other, 'cpu', None)


def test_the_default_runs():
    """Without a name, the model is the file in int8 in OpenVINO."""
    model = ensure_model(None, device='cpu')
    assert isinstance(model.detector, OpenVINODetector)
    assert model.detector.onnx_file.name == 'fairmot_yolov5s-lite_int8.onnx'
