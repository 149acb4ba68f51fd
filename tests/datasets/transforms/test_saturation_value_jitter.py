import random

import cv2
import numpy as np
import pytest

from fairmot_mm.datasets import SaturationValueJitter


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 256, (32, 48, 3)).astype(np.uint8)


def test_equal_to_direct_computation(image, golden):
    """The draws of the golden sample give its gains, saturation first."""
    random.seed(1)
    saturation, value = 1 + (2 * golden['aug_i0_s1_draws'][:2] - 1) * 0.5
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV).astype(np.float32)
    hsv[..., 1] = (hsv[..., 1] * np.float32(saturation)).clip(0, 255)
    hsv[..., 2] = (hsv[..., 2] * np.float32(value)).clip(0, 255)
    expected = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR)
    np.testing.assert_array_equal(
        SaturationValueJitter()({'img': image})['img'], expected
    )


def test_fraction_zero_only_converts(image):
    """Without a fraction nothing but the trip through HSV happens."""
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
    expected = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
    result = SaturationValueJitter(fraction=0.0)({'img': image})['img']
    np.testing.assert_array_equal(result, expected)
