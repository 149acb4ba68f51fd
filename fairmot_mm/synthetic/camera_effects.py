"""Exposure, blur and noise of a camera."""

import cv2
import numpy as np

_SPARE = 32  # pixels by which the noise image is larger than a frame


class CameraEffects:
    """Slowly changing light, slight blur and noise for one video.

    Args:
        size: Width and height of the images in pixels.
        num_frames: Length of the video.
        frame_rate: Frames per second.
        rng: Random generator.
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
        noise_shape = (size[1] + _SPARE, size[0] + _SPARE, 3)
        self.noise = 2.2 * rng.standard_normal(noise_shape, np.float32)
        self.offsets = rng.integers(0, _SPARE, (num_frames, 2))

    def apply(self, image: np.ndarray, index: int) -> np.ndarray:
        """Apply the effects to one frame.

        Args:
            image: (H, W, 3) uint8 BGR without effects.
            index: Index of the frame, from 0.

        Returns:
            (H, W, 3) uint8 BGR.
        """
        row, col = self.offsets[index]
        # Each frame gets another window of the noise image.
        noise = self.noise[row : row + image.shape[0], col : col + image.shape[1]]
        lit = cv2.GaussianBlur(image, (0, 0), 0.5) * self.gains[index] + noise
        return np.clip(lit, 0, 255).astype(np.uint8)
