from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from fairmot_mm.evaluation import (
    DetectedSequence,
    load_all_detections,
    load_detections,
    read_origin,
    save_detections,
)
from fairmot_mm.utils import DataError, MOTRows


@pytest.fixture
def sequence():
    """Three frames with two, no and one detection."""
    rng = np.random.default_rng(0)
    gt = MOTRows(
        np.array([1, 3]), np.array([5, 6]), rng.random((2, 4)), np.ones(2),
        np.array([1, 7]), np.array([1, 0.25]),
    )  # fmt: skip
    return DetectedSequence(
        'A', 12.5, (60, 80), gt, np.array([0, 2, 2, 3]),
        rng.random((3, 4)).astype('f4'), rng.random(3).astype('f4'),
        np.array([0, 1, 0]), rng.random((3, 8)).astype('f4'), (Path('a/1.jpg'),) * 3,
    )  # fmt: skip


def test_all_comes_back(sequence, tmp_path):
    """Every array, with its type, the ground truth and the origin."""
    path = tmp_path / 'new' / 'A.npz'
    save_detections(path, sequence, 'model 1')
    assert read_origin(path) == 'model 1'
    loaded = load_detections(path)
    for field in fields(DetectedSequence):
        mine, other = getattr(loaded, field.name), getattr(sequence, field.name)
        if field.name == 'gt':
            for column in fields(MOTRows):
                np.testing.assert_array_equal(
                    getattr(mine, column.name), getattr(other, column.name)
                )
        elif isinstance(other, np.ndarray):
            np.testing.assert_array_equal(mine, other)
            assert mine.dtype == other.dtype
        else:
            assert mine == other


def test_a_folder_in_name_order(sequence, tmp_path):
    """All files of a folder, or one of them; none is an error."""
    for name in 'BA':
        save_detections(tmp_path / f'{name}.npz', replace(sequence, name=name))
    assert [each.name for each in load_all_detections(tmp_path)] == ['A', 'B']
    assert [each.name for each in load_all_detections(tmp_path / 'B.npz')] == ['B']
    (tmp_path / 'empty').mkdir()
    with pytest.raises(DataError, match='empty has no file of detections'):
        load_all_detections(tmp_path / 'empty')


def test_what_is_no_file_of_detections(tmp_path):
    """Missing, damaged and foreign files are named."""
    assert read_origin(tmp_path / 'no.npz') is None
    with pytest.raises(DataError, match=r'no\.npz does not exist'):
        load_detections(tmp_path / 'no.npz')
    (tmp_path / 'bad.npz').write_bytes(b'PK broken')
    with pytest.raises(DataError, match=r'bad\.npz is not a file of detections'):
        load_detections(tmp_path / 'bad.npz')
    np.savez(tmp_path / 'other.npz', bboxes=np.zeros(3))
    with pytest.raises(DataError, match=r'other\.npz .*: embeds is missing'):
        load_detections(tmp_path / 'other.npz')


def test_arrays_that_do_not_fit(tmp_path, sequence):
    """A file whose arrays belong to different videos is refused."""
    save_detections(tmp_path / 'a.npz', sequence)
    with np.load(tmp_path / 'a.npz') as stored:
        arrays = dict(stored)
    for change in (
        {'bboxes': arrays['bboxes'][:-1]},
        {'starts': arrays['starts'][::-1]},
        {'starts': arrays['starts'].astype(np.float32)},
        {'gt_ids': arrays['gt_ids'].astype(np.float32)},
        {'ori_shape': np.zeros(3, np.int64)},
    ):
        np.savez(tmp_path / 'b.npz', **{**arrays, **change})
        with pytest.raises(DataError, match=r'b\.npz is not .*do not fit'):
            load_detections(tmp_path / 'b.npz')
    np.savez(tmp_path / 'b.npz', **{**arrays, 'frame_rate': np.nan})
    with pytest.raises(DataError, match=r'b\.npz: frame_rate = nan'):
        load_detections(tmp_path / 'b.npz')
