"""Rendered streets: images, ground truth, perspective and camera are consistent."""

import re

import cv2
import numpy as np
import pytest

from fairmot_mm.synthetic import SyntheticScene
from fairmot_mm.utils import ConfigError

SMALL = dict(num_people=5, width=192, height=112, num_frames=8)


def test_frames_have_the_promised_form():
    """Every image has the size of the scene, and its rows are valid ground truth."""
    scene = SyntheticScene(3, **SMALL)
    frames = list(scene.frames())
    assert len(frames) == 8
    for number, (image, rows) in enumerate(frames, 1):
        assert image.shape == (112, 192, 3)
        assert image.dtype == np.uint8
        assert len(np.unique(rows.ids)) == len(rows)
        assert (rows.frames == number).all()
        assert set(rows.ids) <= set(range(1, 6))
        assert (rows.visibility >= 0).all()
        assert (rows.visibility <= 1).all()
        right, bottom = (rows.tlwh[:, :2] + rows.tlwh[:, 2:]).T
        assert ((right > 0) & (rows.tlwh[:, 0] < 192)).all()
        assert ((bottom > 0) & (rows.tlwh[:, 1] < 112)).all()


def test_boxes_bound_what_was_painted():
    """Pixels that differ strongly from the empty street are inside the only box."""
    scene = SyntheticScene(2, num_people=1, width=320, height=176, num_frames=40)
    images, rows = zip(*scene.frames(), strict=True)
    still = np.median(np.stack(images), axis=0)
    checked = 0
    for image, row in zip(images, rows, strict=True):
        # Clothes differ from the street much more than light, noise and shadow do.
        ys, xs = np.nonzero(np.abs(image - still).max(2) > 90)
        if len(row) == 0 or row.visibility[0] < 0.95 or len(xs) < 20:
            continue
        x, y, w, h = row.tlwh[0]
        inside = (xs > x - 2) & (xs < x + w + 1) & (ys > y - 2) & (ys < y + h + 1)
        assert inside.mean() > 0.9
        checked += 1
    assert checked > 5


def test_people_hide_each_other_leave_and_return():
    """A long scene has hidden people, boxes over the border, gaps in a track."""
    scene = SyntheticScene(
        0, num_people=8, width=160, height=96, num_frames=40, frame_rate=5
    )
    rows = [rows for _, rows in scene.frames()]
    visibility = np.concatenate([row.visibility for row in rows])
    assert (visibility < 0.3).any()
    assert (visibility > 0.99).mean() > 0.3
    assert (np.concatenate([row.tlwh[:, 0] for row in rows]) < 0).any()
    returned = [
        identity
        for identity in range(1, 9)
        if re.search('10+1', ''.join(str(int(identity in row.ids)) for row in rows))
    ]
    assert returned


def test_near_people_are_larger():
    """Perspective: the lower the feet, the taller the box."""
    scene = SyntheticScene(5, num_people=12, width=256, height=144, num_frames=2)
    _, rows = next(scene.frames())
    feet, heights = rows.tlwh[:, 1] + rows.tlwh[:, 3], rows.tlwh[:, 3]
    assert np.corrcoef(feet, heights)[0, 1] > 0.9


def test_moving_camera_moves_the_background():
    """The background shifts with a moving camera and rests with a fixed one."""

    def shift(camera):
        scene = SyntheticScene(
            4, num_people=1, width=256, height=144, num_frames=9, camera=camera
        )
        images = [cv2.cvtColor(i, cv2.COLOR_BGR2GRAY) for i, _ in scene.frames()]
        ends = [np.float32(images[0]), np.float32(images[-1])]
        return np.hypot(*cv2.phaseCorrelate(*ends)[0])

    assert shift('fixed') < 0.5
    assert shift('moving') > 1


def test_clothes_stay_and_differ():
    """The colours of a person match its later view better than other people."""
    scene = SyntheticScene(11, num_people=8, num_frames=10, frame_rate=7.5)
    frames = list(scene.frames())

    def colours(image, rows):
        result = {}
        for identity, (x, y, w, h), seen in zip(
            rows.ids, rows.tlwh, rows.visibility, strict=True
        ):
            if seen > 0.9 and h > 40:
                top, left = int(y + 0.25 * h), int(x + 0.35 * w)
                patch = image[top : int(y + 0.45 * h), left : int(x + 0.65 * w)]
                result[int(identity)] = patch.reshape(-1, 3).mean(0)
        return result

    early, late = colours(*frames[0]), colours(*frames[9])
    common = sorted(early.keys() & late.keys())
    assert len(common) >= 3
    first, second = (np.array([group[k] for k in common]) for group in (early, late))
    distance = np.linalg.norm(first[:, None] - second[None], axis=2)
    assert (distance.argmin(1) == np.arange(len(common))).mean() > 0.7


@pytest.mark.parametrize(
    ('changed', 'message'),
    [
        (dict(camera='flying'), 'fixed, moving'),
        (dict(num_people=0), 'num_people=0'),
        (dict(num_frames=-1), 'num_frames=-1'),
        (dict(seed=-4), 'seed=-4'),
        (dict(width=20), 'width=20 must be at least 64'),
    ],
)
def test_values_that_cannot_work_are_named(changed, message):
    """The error for a wrong argument has its name, its value and allowed values."""
    with pytest.raises(ConfigError, match=message):
        SyntheticScene(**{'seed': 0, **changed})
