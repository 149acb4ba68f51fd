import importlib.util
from pathlib import Path

import numpy as np
import pytest

from fairmot_mm.inference.teacher_detector import TeacherDetector
from fairmot_mm.inference.teacher_network import TeacherNetwork
from fairmot_mm.utils import CheckpointError, ConfigError

SPEC = importlib.util.spec_from_file_location(
    'teacher_files', Path(__file__).with_name('teacher_files.py')
)
files = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(files)

SIZE = (96, 64)
IMAGE = np.zeros((128, 192, 3), np.uint8)  # twice the input
# A second box over the best one, as before suppression.
RAW = np.float32(
    [
        [20, 40, 20, 40, 0.4, 0.1],
        [50, 30, 20, 40, 0.9, 0.1],
        [51, 30, 20, 40, 0.8, 0.1],
        [48, 32, 96, 64, 0.2, 0.7],
    ]
).T
FORMS = {
    'dets and labels': {'dets': files.DETS[None], 'labels': files.LABELS[None]},
    'dets of people': {'dets': files.DETS[:2]},
    'boxes, labels, scores': {
        'boxes': files.BOXES,
        'labels': files.LABELS,
        'scores': files.SCORES,
    },
    'boxes, scores, labels, embeds': {
        'boxes': files.BOXES[None],
        'scores': files.SCORES[None],
        'labels': files.LABELS[None],
        'embeds': np.ones((1, 3, 8), np.float32),
    },
    'without suppression': {'output0': RAW[None]},
}


@pytest.mark.parametrize('form', sorted(FORMS))
def test_forms(form, tmp_path):
    """People alone, best first, in pixels of the image, in every documented form."""
    path = tmp_path / 'teacher.onnx'
    files.write_constant(path, FORMS[form])
    bboxes, scores = TeacherDetector(TeacherNetwork(path), SIZE).detect(IMAGE)
    np.testing.assert_allclose(scores, [0.9, 0.4])
    np.testing.assert_allclose(bboxes, [[80, 20, 120, 100], [20, 40, 60, 120]])


def test_one_box_without_a_batch(tmp_path):
    """(1, 5) is a box, not a batch."""
    path = tmp_path / 'teacher.onnx'
    files.write_constant(path, {'dets': files.DETS[:1]})
    assert len(TeacherDetector(TeacherNetwork(path), SIZE).detect(IMAGE)[0]) == 1


def test_no_box(tmp_path):
    """Nobody is found."""
    path = tmp_path / 'teacher.onnx'
    files.write_constant(path, {'dets': files.DETS[None, :0]})
    bboxes, scores = TeacherDetector(TeacherNetwork(path), SIZE).detect(IMAGE)
    assert bboxes.shape == (0, 4)
    assert scores.shape == (0,)


def test_another_class(tmp_path):
    """The number of people may be another one, as 15 in VOC."""
    path = tmp_path / 'teacher.onnx'
    files.write_constant(path, FORMS['dets and labels'])
    detector = TeacherDetector(TeacherNetwork(path), SIZE, person=1)
    assert detector.detect(IMAGE)[0].tolist() == [[0, 0, 192, 128]]


@pytest.mark.parametrize(
    'outputs',
    [
        {'dets': np.zeros((3, 7, 2, 2), np.float32)},
        {'boxes': files.BOXES},
        {'boxes': files.BOXES, 'scores': files.SCORES, 'more': files.SCORES},
    ],
)
def test_unknown_form(outputs, tmp_path):
    """The message has the shapes that came and the forms that are known."""
    path = tmp_path / 'teacher.onnx'
    files.write_constant(path, outputs)
    with pytest.raises(CheckpointError, match=r'teacher.onnx has outputs \(3, .*x1 y1'):
        TeacherDetector(TeacherNetwork(path), SIZE).detect(IMAGE)


@pytest.mark.parametrize(
    ('images', 'size', 'message'),
    [
        (files.IMAGES, None, 'any size: choose --size'),
        ([1, 3, 64, 96], (64, 64), '96x64 pixels, not 64x64'),
    ],
)
def test_wrong_size(images, size, message, tmp_path):
    """A size that is missing, or that the file does not take."""
    path = tmp_path / 'teacher.onnx'
    files.write_constant(path, {'dets': files.DETS}, images)
    with pytest.raises(ConfigError, match=message):
        TeacherDetector(TeacherNetwork(path), size)
    fixed = tmp_path / 'fixed.onnx'
    files.write_constant(fixed, {'dets': files.DETS}, [1, 3, 64, 96])
    assert TeacherDetector(TeacherNetwork(fixed)).size == SIZE


@pytest.mark.parametrize(
    'options', [dict(images=['n', 3]), dict(dtype=files.TensorProto.UINT8)]
)
def test_no_images(options, tmp_path):
    """A file that takes something else is no teacher."""
    path = tmp_path / 'teacher.onnx'
    files.write_constant(path, {'dets': files.DETS}, **options)
    with pytest.raises(CheckpointError, match='has the inputs images'):
        TeacherNetwork(path)


@pytest.mark.parametrize('content', [None, b'no graph'])
def test_no_file(content, tmp_path):
    """A missing or damaged file is named."""
    path = tmp_path / 'teacher.onnx'
    if content:
        path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r'teacher.onnx'):
        TeacherNetwork(path)
