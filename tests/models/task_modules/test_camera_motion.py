"""What both ways to estimate camera motion owe a tracker."""

import logging

import numpy as np
import pytest
import torch
from mmengine.logging import MMLogger

from fairmot_mm.registry import TASK_UTILS
from fairmot_mm.utils import ConfigError

NOBODY = np.zeros((0, 4))
both = pytest.mark.parametrize('kind', ['SparseFlowMotion', 'ECCMotion'])


@pytest.fixture
def warnings(monkeypatch):
    """Messages of the log from here on."""
    messages = []

    def log(level, text):
        if level >= logging.WARNING:
            messages.append((level, text))

    monkeypatch.setattr(MMLogger.get_current_instance(), 'log', log)
    return messages


@both
@pytest.mark.parametrize(
    'move', [dict(shift=(9, -4)), dict(turn=2.0), dict(shift=(-3, 2), turn=-1.5)]
)
def test_finds_the_motion_in_pixels_of_the_frame(kind, move, camera, off_by):
    """Shift and turn come back in original pixels through scaling and padding."""
    motion = TASK_UTILS.build(dict(type=kind, downscale=2))
    first = motion.estimate(*camera.shoot(camera.view(camera.pose())), NOBODY)
    np.testing.assert_array_equal(first, np.eye(2, 3))
    pose = camera.pose(**move)
    found = motion.estimate(*camera.shoot(camera.view(pose)), NOBODY)
    assert off_by(found, pose) < 0.6
    assert off_by(np.eye(2, 3), pose) > 4


@both
def test_each_estimate_is_from_the_frame_before(kind, camera, off_by):
    """Three steps of a pan are three equal shifts, and a still camera none."""
    motion = TASK_UTILS.build(dict(type=kind))
    step = camera.pose(shift=(6, 0))
    for k, expected in enumerate([np.eye(2, 3), step, step, step]):
        frame = camera.view(camera.pose(shift=(6 * k, 0)))
        assert off_by(motion.estimate(*camera.shoot(frame), NOBODY), expected) < 0.8
    still = motion.estimate(*camera.shoot(frame), NOBODY)
    assert off_by(still, np.eye(2, 3)) < 0.05


@both
def test_masked_people_do_not_count(kind, camera, off_by):
    """A big body that moves against the camera misleads only where it is not masked."""
    body = camera.wall[400:600, 600:830]
    found = {}
    for masked in (True, False):
        motion = TASK_UTILS.build(dict(type=kind, downscale=1))
        for k in range(2):
            frame = camera.view(camera.pose(shift=(4 * k, 0)))
            left = 50 - 5 * k
            frame[20:220, left : left + 230] = body
            boxes = np.array([[left, 20, 230, 200.0]]) if masked else NOBODY
            found[masked] = motion.estimate(*camera.shoot(frame), boxes)
    expected = camera.pose(shift=(4, 0))
    assert off_by(found[True], expected) < 1
    assert off_by(found[False], expected) > 4


@both
def test_nothing_to_hold_on_to(kind, camera, warnings):
    """A grey screen is no motion, said once for each spell of it."""
    motion = TASK_UTILS.build(dict(type=kind))
    wall = camera.view(camera.pose())
    grey = np.full_like(wall, 90)
    for frame in (wall, grey, grey, wall, wall, grey):
        matrix = motion.estimate(*camera.shoot(frame), NOBODY)
        np.testing.assert_allclose(matrix, np.eye(2, 3), atol=1e-2)
    assert [level for level, _ in warnings] == [logging.WARNING] * 2
    assert (
        'camera motion is unknown and taken as zero from frame_id 0 on'
        in warnings[0][1]
    )


@both
def test_everything_masked(kind, camera, warnings):
    """Boxes over the whole frame, and beyond it, leave nothing to look at."""
    motion = TASK_UTILS.build(dict(type=kind))
    everywhere = np.array([[-1e6, -50.0, 3e6, 900]])
    for k in range(2):
        shot = camera.shoot(camera.view(camera.pose(shift=(5 * k, 0))))
        matrix = motion.estimate(*shot, everywhere)
    np.testing.assert_array_equal(matrix, np.eye(2, 3))
    assert len(warnings) == 1


@both
def test_another_frame_size(kind, camera, warnings, off_by):
    """Frames of another size start over, with a warning; then motion is found again."""
    motion = TASK_UTILS.build(dict(type=kind))
    frames = [camera.view(camera.pose(shift=(5 * k, 0))) for k in range(4)]
    shots = [camera.shoot(frames[0])] + [camera.shoot(f[:, :280]) for f in frames[1:]]
    found = [motion.estimate(*shot, NOBODY) for shot in shots]
    np.testing.assert_array_equal(found[1], np.eye(2, 3))
    assert 'the frame size changed from (240, 320) to (240, 280)' in warnings[0][1]
    assert off_by(found[3], camera.pose(shift=(5, 0))) < 0.5


@both
def test_reset_forgets_the_last_frame(kind, camera):
    """The first frame of another video is compared to nothing."""
    motion = TASK_UTILS.build(dict(type=kind))
    motion.estimate(*camera.shoot(camera.view(camera.pose())), NOBODY)
    motion.reset()
    shot = camera.shoot(camera.view(camera.pose(shift=(5, 0))))
    np.testing.assert_array_equal(motion.estimate(*shot, NOBODY), np.eye(2, 3))


def test_plain_input_is_the_frame_itself(camera, off_by):
    """Without metainfo of a pipeline, pixels of the input are those of the frame."""
    motion = TASK_UTILS.build(dict(type='SparseFlowMotion', downscale=1))
    for k in range(2):
        frame = camera.view(camera.pose(shift=(5 * k, 0)))
        img = torch.from_numpy(frame.transpose(2, 0, 1)[None].astype('f8') / 255)
        found = motion.estimate(img, {}, NOBODY)
    assert off_by(found, camera.pose(shift=(5, 0))) < 0.2


@pytest.mark.parametrize(
    ('cfg', 'message'),
    [
        (dict(type='SparseFlowMotion', downscale=0), 'downscale=0'),
        (dict(type='SparseFlowMotion', min_inliers=2), 'min_inliers=2'),
        (dict(type='SparseFlowMotion', ransac_thr=0), 'ransac_thr=0'),
        (dict(type='ECCMotion', motion_type='shake'), "motion_type='shake'"),
        (dict(type='ECCMotion', blur=4), 'blur=4'),
        (dict(type='ECCMotion', min_correlation=2), 'min_correlation=2'),
    ],
)
def test_senseless_values(cfg, message):
    """Values that cannot work are named."""
    with pytest.raises(ConfigError, match=message):
        TASK_UTILS.build(cfg)
