"""What a camera does to a clean picture: exposure, blur and noise."""

import cv2
import numpy as np

_SPARE = 32  # the grain of a frame is a random window of one larger sheet


class Film:
    """Slowly changing light, slight blur and noise of one video.

    Args:
        size: Width and height of the images in pixels.
        num_frames: Length of the video.
        frame_rate: Frames a second.
        rng: Source of chance.
    """

    def __init__(
        self,
        size: tuple[int, int],
        num_frames: int,
        frame_rate: float,
        rng: np.random.Generator,
    ) -> None:
        seconds = np.arange(num_frames) / frame_rate
        wave = np.sin(2 * np.pi * (seconds / rng.uniform(7, 12) + rng.random()))
        warmth = rng.uniform(-0.05, 0.05)
        tint = np.array([1 - warmth, 1, 1 + warmth])
        gains = (rng.uniform(0.9, 1.02) + 0.09 * wave)[:, None] * tint
        self.gains = gains.astype(np.float32)  # (num_frames, 3)
        sheet = (size[1] + _SPARE, size[0] + _SPARE, 3)
        self.sheet = 2.2 * rng.standard_normal(sheet, np.float32)
        self.offsets = rng.integers(0, _SPARE, (num_frames, 2))

    def develop(self, image: np.ndarray, index: int) -> np.ndarray:
        """(H, W, 3) uint8 BGR of frame ``index``, as the camera records it."""
        row, col = self.offsets[index]
        grain = self.sheet[row : row + image.shape[0], col : col + image.shape[1]]
        lit = cv2.GaussianBlur(image, (0, 0), 0.5) * self.gains[index] + grain
        return np.clip(lit, 0, 255).astype(np.uint8)
