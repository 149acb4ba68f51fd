"""Views of a painted wall by a camera that moves as told."""

import cv2
import numpy as np
import pytest
import torch

from fairmot_mm.datasets.transforms import Letterbox


def paint_wall(seed=0, size=900):
    """A grey-level texture with detail of several sizes, BGR."""
    rng = np.random.default_rng(seed)
    wall = np.zeros((size, size), np.float32)
    for cell in (6, 20, 60):
        small = rng.random((size // cell + 1, size // cell + 1), np.float32)
        wall += cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC)
    wall = cv2.normalize(wall, None, 20, 235, cv2.NORM_MINMAX).astype(np.uint8)
    return cv2.cvtColor(wall, cv2.COLOR_GRAY2BGR)


class Camera:
    """Takes pictures (240 x 320) of the wall and letterboxes them."""

    def __init__(self, scale=(224, 192)):
        self.wall = paint_wall()
        self.letterbox = Letterbox(scale=scale)

    @staticmethod
    def pose(shift=(0, 0), turn=0.0, zoom=1.0):
        """(2, 3) map from the first view to this one, about the middle of the view."""
        matrix = cv2.getRotationMatrix2D((160, 120), turn, zoom)
        matrix[:, 2] += shift
        return matrix

    def view(self, pose):
        """The frame (240, 320, 3) that a pose sees."""
        offset = np.array([[1.0, 0, -200], [0, 1, -200]])
        total = pose @ np.vstack([offset, [0, 0, 1]])
        return cv2.warpAffine(self.wall, total, (320, 240), flags=cv2.INTER_AREA)

    def shoot(self, frame):
        """Network input (1, 3, H, W) and metainfo of a frame."""
        results = self.letterbox(dict(img=frame))
        rgb = results['img'][:, :, ::-1].transpose(2, 0, 1).astype(np.float32) / 255
        keys = ('img_shape', 'scale_factor', 'pad_param')
        metainfo = {key: results[key] for key in keys}
        metainfo |= dict(ori_shape=frame.shape[:2], frame_id=0)
        return torch.from_numpy(rgb)[None], metainfo


@pytest.fixture
def camera():
    return Camera()


@pytest.fixture
def off_by():
    """How far two maps send corners of the frame apart, in pixels."""

    def distance(matrix, expected):
        corners = np.array([[20, 20, 1], [300, 20, 1], [20, 220, 1], [300, 220, 1.0]])
        return np.abs(corners @ (matrix - expected).T).max()

    return distance
