import cv2
import numpy as np
import pytest

from fairmot_mm.models.task_modules.ecc_motion import ECCMotion

NOBODY = np.zeros((0, 4))


def test_soft_texture(camera, off_by):
    """Clouds without a corner suffice."""
    motion = ECCMotion(motion_type='euclidean')
    camera.wall = cv2.GaussianBlur(camera.wall, (0, 0), 12)
    motion.estimate(*camera.shoot(camera.view(camera.pose())), NOBODY)
    pose = camera.pose(shift=(4, 3), turn=1)
    found = motion.estimate(*camera.shoot(camera.view(pose)), NOBODY)
    assert off_by(found, pose) < 1.2


@pytest.mark.parametrize(
    ('motion_type', 'limit'), [('translation', 0.1), ('affine', 0.6)]
)
def test_motion_types(motion_type, limit, camera, off_by):
    """A translation never turns; an affine map also zooms."""
    motion = ECCMotion(motion_type=motion_type, downscale=2)
    motion.estimate(*camera.shoot(camera.view(camera.pose())), NOBODY)
    pose = camera.pose(shift=(3, 2), zoom=1.0 if motion_type == 'translation' else 1.03)
    found = motion.estimate(*camera.shoot(camera.view(pose)), NOBODY)
    assert off_by(found, pose) < limit


def test_a_cut_is_no_motion(camera):
    """Frames that hardly correlate are not laid over each other."""
    motion = ECCMotion()
    motion.estimate(*camera.shoot(camera.view(camera.pose())), NOBODY)
    camera.wall = camera.wall[::-1].copy()
    cut = motion.estimate(*camera.shoot(camera.view(camera.pose())), NOBODY)
    np.testing.assert_array_equal(cut, np.eye(2, 3))


def test_other_errors_are_not_swallowed(camera):
    """Only a failed convergence is no motion; wrong use of OpenCV stays an error."""
    motion = ECCMotion()
    shot = camera.shoot(camera.view(camera.pose()))
    motion.estimate(*shot, NOBODY)
    motion.max_iters = 'many'
    with pytest.raises(cv2.error):
        motion.estimate(*shot, NOBODY)
