"""Frames of BDD100K are written and read back."""

import json

import numpy as np
import pytest

from fairmot_mm.utils import DataError
from fairmot_mm.utils.bdd_io import format_bdd, read_bdd


def frame(name, ids=(), boxes=(), names=()):
    scores = [0.5] * len(ids)
    return dict(name=name, ids=ids, tlwh=boxes, names=names, scores=scores)


def test_what_is_written_is_read_back(tmp_path):
    """Every frame is there, also without tracks; an identity stays one."""
    boxes = np.array([[10.5, 20, 30, 40], [0, 1, 2, 3]])
    frames = [
        frame('a-1.jpg', [30, 7], boxes, ['car', 'Bus']),
        frame('a-2.jpg'),
        frame('a-3.jpg', [7], boxes[1:], ['bus']),
    ]
    path = tmp_path / 'a.json'
    path.write_text(format_bdd('a', frames))
    rows, names = read_bdd(path)
    assert names == ['a-1.jpg', 'a-2.jpg', 'a-3.jpg']
    assert rows.frames.tolist() == [0, 0, 2]
    assert rows.ids.tolist() == [1, 2, 2]
    assert rows.names.tolist() == ['car', 'bus', 'bus']
    np.testing.assert_allclose(rows.tlwh, boxes[[0, 1, 1]])
    content = json.loads(path.read_text())
    assert [each['frameIndex'] for each in content] == [0, 1, 2]
    assert {each['videoName'] for each in content} == {'a'}


def test_a_class_without_a_name_there():
    """The server would refuse the file."""
    with pytest.raises(DataError, match=r"class 'van' has no name in BDD100K"):
        format_bdd('a', [frame('1.jpg', [1], [[0, 0, 9, 9]], ['van'])])
