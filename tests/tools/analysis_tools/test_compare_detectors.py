"""The light model beside an ONNX file that always finds the same boxes."""

import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fairmot_mm.checkpoint.zoo_weights import weights_of
from fairmot_mm.models import OpenVINODetector
from fairmot_mm.utils import SequenceInfo
from fairmot_mm.utils.model_zoo import default_model

LIGHT = 'fairmot_yolov5s_lite'
SPEC = importlib.util.spec_from_file_location(
    'teacher_files', Path(__file__).parents[2] / 'inference/teacher_files.py'
)
files = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(files)


@pytest.fixture
def main(load_main):
    return load_main('compare_detectors')


@pytest.fixture
def teacher(street, tmp_path):
    """Finds the people of the first frame of the street in every image."""
    gt = SequenceInfo.read(street / 'mot' / 'a').read_ground_truth()
    tlwh = gt.tlwh[gt.frames == gt.frames.min()]
    dets = np.column_stack(
        [tlwh[:, :2], tlwh[:, :2] + tlwh[:, 2:], 0.9 + 0 * tlwh[:, 0]]
    )
    files.write_constant(tmp_path / 'teacher.onnx', {'dets': np.float32(dets[None])})
    return ['--teacher', str(tmp_path / 'teacher.onnx'), '--size', '192', '128']


def test_a_row_for_each_network(main, street, teacher, tmp_path, capsys):
    """Scores of boxes, of embeddings where a network has some, and the time."""
    folder = street / 'mot' / 'a'
    options = ['--model', LIGHT, weights_of(LIGHT), '--seconds', '0.1']
    main([folder, *options, *teacher, '--json', tmp_path / 'numbers.json'])
    light, constant = json.loads((tmp_path / 'numbers.json').read_text())['rows']
    assert light['network'] == f'{LIGHT}, fairmot_yolov5s-lite.pth'
    assert 0 <= float(light['AP50']) <= 1
    assert 0 <= float(light['rank-1']) <= 1
    assert constant['sequence'] == 'a'
    # It is right in the first of eight frames at least.
    assert float(constant['AP50']) > 0.1
    assert float(constant['processor ms a frame']) > 0
    assert 'rank-1' not in constant
    printed = capsys.readouterr().out
    assert '| a          | teacher.onnx' in printed


def test_stages_of_a_training(main, street, tmp_path):
    """Weights of one name in two folders have a row each, which their paths tell."""
    options = ['--seconds', '0.1', '--json', tmp_path / 'numbers.json']
    paths = [tmp_path / stage / 'epoch_4.pth' for stage in 'ab']
    for path in paths:
        path.parent.mkdir()
        shutil.copy(weights_of(LIGHT), path)
        options += ['--model', LIGHT, path]
    main([street / 'mot' / 'a', *options])
    rows = json.loads((tmp_path / 'numbers.json').read_text())['rows']
    assert [row['network'] for row in rows] == [f'{LIGHT}, {path}' for path in paths]


def test_backend(main, street, tmp_path, monkeypatch):
    """An ONNX file runs in the runtime that is named, as in that of tracking."""
    pytest.importorskip('openvino')
    opened = []
    init = OpenVINODetector.__init__
    monkeypatch.setattr(
        OpenVINODetector,
        '__init__',
        lambda self, *args, **kwargs: (
            opened.append(self) or init(self, *args, **kwargs)
        ),
    )
    int8 = default_model().int8_weights
    out = tmp_path / 'numbers.json'
    options = ['--model', LIGHT, int8, '--seconds', '0.1', '--json', out]
    main([street / 'mot' / 'a', *options, '--backend', 'openvino'])
    assert len(opened) == 1
    (row,) = json.loads(out.read_text())['rows']
    assert 0 <= float(row['AP50']) <= 1


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ([], 'give --model CONFIG WEIGHTS or --teacher FILE'),
        (['--model', LIGHT, 'no.pth'], 'no.pth does not exist'),
        (['--model', 'fairmot_yolo', 'no.pth'], 'fairmot_yolo'),
        (['--teacher', 'no.onnx'], 'no.onnx does not exist'),
        (['--model', LIGHT, 'no.pth', '--reid', 'r.onnx'], '--reid is for --teacher'),
    ],
)
def test_refused(main, street, capsys, options, message):
    """What is missing is named in one line."""
    with pytest.raises(SystemExit) as end:
        main([street / 'mot' / 'a', *options])
    assert message in f'{end.value} {capsys.readouterr().err}'
