import numpy as np

from fairmot_mm.models.task_modules.sparse_flow_motion import SparseFlowMotion

NOBODY = np.zeros((0, 4))


def test_withstands_a_large_jump_and_zoom(camera, off_by):
    """A jump of thirty pixels with a zoom of 8 % is found."""
    motion = SparseFlowMotion()
    motion.estimate(*camera.shoot(camera.view(camera.pose())), NOBODY)
    pose = camera.pose(shift=(30, -12), zoom=1.08)
    found = motion.estimate(*camera.shoot(camera.view(pose)), NOBODY)
    assert off_by(found, pose) < 1


def test_few_corners_agreeing_is_no_motion(camera, monkeypatch):
    """Another picture altogether, as at a cut, is not taken for a motion."""
    motion = SparseFlowMotion()
    motion.estimate(*camera.shoot(camera.view(camera.pose())), NOBODY)
    camera.wall = camera.wall[::-1].copy()
    cut = motion.estimate(*camera.shoot(camera.view(camera.pose())), NOBODY)
    np.testing.assert_array_equal(cut, np.eye(2, 3))
