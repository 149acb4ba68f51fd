"""A Re-ID network of any project, as an ONNX file that embeds people."""

import cv2
import numpy as np

from fairmot_mm.inference.teacher_network import TeacherNetwork
from fairmot_mm.utils.errors import CheckpointError, ConfigError

BATCH = 32


class TeacherEmbedder:
    """Embeds people with an ONNX file that takes crops and gives (B, D) numbers.

    Args:
        network: The file.
        size: (width, height) of a crop in pixels; None: that of the file.

    Raises:
        ConfigError: `size` is missing, or differs from that of the file.
    """

    def __init__(
        self, network: TeacherNetwork, size: tuple[int, int] | None = None
    ) -> None:
        size = network.size if size is None else size
        if size is None:
            raise ConfigError(f'{network.path} takes crops of any size: choose --size')
        if network.size not in (None, size):
            raise ConfigError(
                f'{network.path} takes crops of {network.size[0]}x{network.size[1]} '
                f'pixels, not {size[0]}x{size[1]}: leave out --size'
            )
        self.network = network
        self.size = size

    def embed(self, image: np.ndarray, bboxes: np.ndarray) -> np.ndarray:
        """Embed the people of an image.

        Args:
            image: (h, w, 3) uint8 BGR.
            bboxes: (N, 4) xyxy in pixels; the parts beyond the image are cut off.

        Returns:
            (N, D) float32 of unit length; zeros for a box that lies beyond the image. D
            is 0 if there is no box at all in the image.

        Raises:
            CheckpointError: The output of the file has another form, or is not finite.
        """
        height, width = image.shape[:2]
        low = np.floor(bboxes[:, :2]).clip(0, (width, height)).astype(int)
        high = np.ceil(bboxes[:, 2:]).clip(0, (width, height)).astype(int)
        seen = np.flatnonzero((high > low).all(axis=1))
        crops = [
            cv2.resize(image[y1:y2, x1:x2], self.size, interpolation=cv2.INTER_LINEAR)
            for (x1, y1), (x2, y2) in zip(low[seen], high[seen], strict=True)
        ]
        step = self.network.max_batch or BATCH
        parts = [self._run(crops[k : k + step]) for k in range(0, len(crops), step)]
        if not parts:
            return np.zeros((len(bboxes), 0), np.float32)
        found = np.concatenate(parts)
        embeds = np.zeros((len(bboxes), found.shape[1]), np.float32)
        embeds[seen] = found
        return embeds

    def _run(self, crops: list[np.ndarray]) -> np.ndarray:
        """(B, D) unit embeddings of B crops."""
        batch = self.network.max_batch or len(crops)
        # A file for batches of one size takes the last crop several times.
        filled = crops + crops[-1:] * (batch - len(crops))
        output = self.network.run(np.stack(filled))[0]
        if len(output) != len(filled):
            raise CheckpointError(
                f'{self.network.path} gives {output.shape} for {len(filled)} crops; a '
                'Re-ID network gives (B, D)'
            )
        embeds = output.reshape(len(filled), -1)[: len(crops)].astype(np.float32)
        lengths = np.linalg.norm(embeds, axis=1, keepdims=True)
        if not np.isfinite(lengths).all():
            raise CheckpointError(
                f'{self.network.path} gives values that are not finite'
            )
        return np.asarray(embeds / np.maximum(lengths, 1e-12))
