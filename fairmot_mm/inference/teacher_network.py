"""An ONNX file of any project that takes pictures."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from fairmot_mm.models.detectors.onnx_detector import open_session
from fairmot_mm.utils.errors import CheckpointError


@dataclass(frozen=True)
class TeacherPixels:
    """How a network wants its pixels: ``(pixel - mean) / std``.

    Attributes:
        mean: One number for each channel, in 0 to 255, in the order of the input.
        std: Likewise.
        rgb: Whether red comes first; otherwise blue does.
    """

    mean: Sequence[float] = (0.0, 0.0, 0.0)
    std: Sequence[float] = (1.0, 1.0, 1.0)
    rgb: bool = False

    def prepare(self, images: np.ndarray) -> np.ndarray:
        """Normalise images.

        Args:
            images: (B, H, W, 3) uint8 BGR.

        Returns:
            (B, H, W, 3) float32.
        """
        ordered = images[..., ::-1] if self.rgb else images
        mean, std = (np.array(values, np.float32) for values in (self.mean, self.std))
        return (ordered.astype(np.float32) - mean) / std


class TeacherNetwork:
    """An ONNX file with one input of images, (B, 3, H, W) or (B, H, W, 3) float32.

    Args:
        path: The file.
        pixels: How it wants its pixels.
        device: As in ``cpu`` or ``cuda:0``; the latter needs onnxruntime-gpu.

    Attributes:
        size: (width, height) of the images that it takes; None if it takes any.
        max_batch: Number of images that it takes at once; None if it takes any.
        digest: (32,) uint8 digest of the file.

    Raises:
        CheckpointError: The file is missing or damaged, or has another input.
        ConfigError: onnxruntime is not installed, or cannot use the device.
    """

    def __init__(
        self,
        path: str | Path,
        pixels: TeacherPixels = TeacherPixels(),
        device: str = 'cpu',
    ) -> None:
        self.path = Path(path)
        self._pixels = pixels
        self._session = open_session(self.path, device, torch.device(device).type)
        inputs = self._session.get_inputs()
        shape = list(inputs[0].shape)
        is_image = len(inputs) == 1 and len(shape) == 4 and 3 in (shape[1], shape[3])
        if not is_image or inputs[0].type != 'tensor(float)':
            found = ', '.join(f'{i.name} {i.shape} {i.type}' for i in inputs)
            raise CheckpointError(
                f'{path} has the inputs {found}: a teacher has one input of float '
                'images, (B, 3, H, W) or (B, H, W, 3)'
            )
        self._name = inputs[0].name
        self._channels_last = shape[1] != 3
        height, width = shape[1:3] if self._channels_last else shape[2:]
        is_fixed = isinstance(height, int) and isinstance(width, int)
        self.size = (width, height) if is_fixed else None
        self.max_batch = shape[0] if isinstance(shape[0], int) else None
        self.digest = np.frombuffer(
            hashlib.sha256(self.path.read_bytes()).digest(), np.uint8
        )

    def run(self, images: np.ndarray) -> list[np.ndarray]:
        """Run the network.

        Args:
            images: (B, H, W, 3) uint8 BGR, of `size` and not more than `max_batch`.

        Returns:
            The outputs of the graph, in their order.

        Raises:
            CheckpointError: The graph cannot run on these images.
        """
        values = self._pixels.prepare(images)
        if not self._channels_last:
            values = values.transpose(0, 3, 1, 2)
        try:
            outputs = self._session.run(
                None, {self._name: np.ascontiguousarray(values)}
            )
        except Exception as error:  # of onnxruntime's own kinds, none of them public
            reason = str(error).splitlines()[0]
            raise CheckpointError(
                f'{self.path} cannot run on {images.shape[2]}x{images.shape[1]} '
                f'pixels: {reason}'
            ) from error
        return [np.asarray(values) for values in outputs]
