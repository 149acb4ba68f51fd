import importlib.util
from pathlib import Path

import numpy as np
import pytest

from fairmot_mm.inference.teacher_embedder import TeacherEmbedder
from fairmot_mm.inference.teacher_network import TeacherNetwork, TeacherPixels
from fairmot_mm.utils import CheckpointError

SPEC = importlib.util.spec_from_file_location(
    'teacher_files', Path(__file__).with_name('teacher_files.py')
)
files = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(files)


@pytest.fixture
def image():
    """Blue on the left, red on the right."""
    image = np.zeros((64, 96, 3), np.uint8)
    image[:, :48, 0] = 200
    image[:, 48:, 2] = 100
    return image


@pytest.mark.parametrize('batch', ['batch', 1, 4])
def test_crops_of_any_batch(batch, image, tmp_path):
    """Each box is embedded by its own pixels, whatever batch the file takes."""
    path = tmp_path / 'reid.onnx'
    files.write_mean_color(path, [batch, 32, 16, 3])
    bboxes = np.float32([[0, 0, 40, 60], [50, 5, 200, 70], [24, 0, 72, 64]])
    beyond = np.float32([[200, 0, 220, 30]])
    embedder = TeacherEmbedder(TeacherNetwork(path))
    embeds = embedder.embed(image, np.concatenate([bboxes, beyond]))
    third = np.float32([200, 0, 100]) / np.hypot(200, 100)
    expected = [[1, 0, 0], [0, 0, 1], third, [0, 0, 0]]
    np.testing.assert_allclose(embeds, expected, atol=0.05)


def test_pixels_as_the_network_wants_them(image, tmp_path):
    """Red first, mean and divisor for each channel."""
    path = tmp_path / 'reid.onnx'
    files.write_mean_color(path, ['n', 32, 16, 3])
    pixels = TeacherPixels(mean=(0, 100, 200), std=(1, 1, 0.5), rgb=True)
    embedder = TeacherEmbedder(TeacherNetwork(path, pixels))
    (embed,) = embedder.embed(image, np.float32([[0, 0, 40, 60]]))
    np.testing.assert_allclose(embed, [0, -1, 0], atol=1e-6)


def test_nobody(image, tmp_path):
    """No box, no row."""
    path = tmp_path / 'reid.onnx'
    files.write_mean_color(path, ['n', 32, 16, 3])
    embedder = TeacherEmbedder(TeacherNetwork(path))
    assert len(embedder.embed(image, np.zeros((0, 4)))) == 0


def test_not_a_row_for_each_crop(image, tmp_path):
    """A detector in place of a Re-ID network is found out."""
    path = tmp_path / 'reid.onnx'
    files.write_constant(path, {'dets': files.DETS}, ['n', 3, 32, 16])
    embedder = TeacherEmbedder(TeacherNetwork(path))
    with pytest.raises(CheckpointError, match=r'reid.onnx gives \(3, 5\) for 1 crops'):
        embedder.embed(image, np.float32([[0, 0, 40, 60]]))
