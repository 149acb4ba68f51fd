"""A detector of any project, as an ONNX file that labels images."""

import cv2
import numpy as np

from fairmot_mm.inference.teacher_network import TeacherNetwork
from fairmot_mm.utils.errors import CheckpointError, ConfigError

GREY = 114
FORMS = """
(N, 5) or (1, N, 5): x1 y1 x2 y2 score, perhaps followed by labels (N,);
boxes (N, 4) x1 y1 x2 y2, and scores (N,) and labels (N,) in any order;
(1, 4 + K, N): cx cy w h and the scores of K classes, without suppression"""


class TeacherDetector:
    """Finds people with an ONNX file; its outputs may have one of several forms.

    An image is shrunk or enlarged to fit the input at the left upper corner; the rest
    is grey. Boxes are in pixels of the input. The forms of the outputs, each perhaps
    with a first dimension of 1 (or of the batch), are

    - dets (N, 5), ``x1 y1 x2 y2 score``, and perhaps labels (N,) of whole numbers: the
      files of MMDeploy;
    - boxes (N, 4) ``x1 y1 x2 y2``, scores (N,) and labels (N,), the last two in any
      order: the files of torchvision and of this project;
    - one output (4 + K, N), ``cx cy w h`` and the scores of K classes: the files of
      YOLO without suppression; boxes that overlap a better one by more than `nms_thr`
      are then left out.

    Args:
        network: The file.
        size: (width, height) of its input in pixels; None: that of the file.
        person: Number of the class of people.
        nms_thr: Overlap from which two boxes are one person, where the file does no
            suppression.

    Raises:
        ConfigError: `size` is missing, or differs from that of the file.
    """

    def __init__(
        self,
        network: TeacherNetwork,
        size: tuple[int, int] | None = None,
        person: int = 0,
        nms_thr: float = 0.65,
    ) -> None:
        if size is None:
            size = network.size
        if size is None:
            raise ConfigError(f'{network.path} takes images of any size: choose --size')
        if network.size not in (None, size):
            raise ConfigError(
                f'{network.path} takes images of {network.size[0]}x{network.size[1]} '
                f'pixels, not {size[0]}x{size[1]}: leave out --size'
            )
        self.network = network
        self.size = size
        self.person = person
        self.nms_thr = nms_thr

    def detect(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Find the people in an image.

        Args:
            image: (h, w, 3) uint8 BGR.

        Returns:
            (N, 4) float32 xyxy in pixels of the image; (N,) float32 scores, descending.

        Raises:
            CheckpointError: The outputs of the file have none of the forms.
        """
        height, width = image.shape[:2]
        ratio = min(self.size[0] / width, self.size[1] / height)
        fitted = cv2.resize(
            image,
            (max(round(width * ratio), 1), max(round(height * ratio), 1)),
            interpolation=cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR,
        )
        canvas = np.full((1, *self.size[::-1], 3), GREY, np.uint8)
        canvas[0, : fitted.shape[0], : fitted.shape[1]] = fitted
        boxes, scores = self._read(self.network.run(canvas))
        scale = np.array([width / fitted.shape[1], height / fitted.shape[0]])
        boxes = (boxes * np.tile(scale, 2)).clip(0, [width, height, width, height])
        usable = (boxes[:, 2:] > boxes[:, :2]).all(axis=1) & np.isfinite(scores)
        order = np.flatnonzero(usable)
        order = order[np.argsort(-scores[order], kind='stable')]
        return boxes[order].astype(np.float32), scores[order].astype(np.float32)

    def _read(self, outputs: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """(N, 4) xyxy in pixels of the input and (N,) scores of the people."""
        shapes = [f'{value.shape} {value.dtype}' for value in outputs]
        is_batch = any(value.ndim == 3 for value in outputs)
        found = [value[0] if is_batch else value for value in outputs]
        lines = [value for value in found if value.ndim == 1]
        first = found[0]
        if first.ndim == 2 and first.shape[1] == 5 and len(found) <= 2:
            labels = lines[0] if lines else None
            return self._of_people(first[:, :4], first[:, 4], labels)
        if first.ndim == 2 and first.shape[1] == 4 and len(lines) >= 2:
            labels = next((one for one in lines if one.dtype.kind in 'iu'), None)
            scores = next((one for one in lines if one.dtype.kind == 'f'), None)
            if labels is not None and scores is not None:
                return self._of_people(first, scores, labels)
        if first.ndim == 2 and len(found) == 1 and 4 + self.person < len(first):
            return self._suppressed(first)
        raise CheckpointError(
            f'{self.network.path} has outputs {", ".join(shapes)}; a detector has one '
            f'of these forms: {" ".join(FORMS.split())}'
        )

    def _of_people(
        self, boxes: np.ndarray, scores: np.ndarray, labels: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        if labels is None:
            return boxes, scores
        return boxes[labels == self.person], scores[labels == self.person]

    def _suppressed(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Boxes and scores of (4 + K, N) cxcywh and class scores, without doubles."""
        scores = rows[4 + self.person]
        is_person = scores >= rows[4:].max(axis=0)
        centre, half = rows[:2, is_person].T, rows[2:4, is_person].T / 2
        boxes = np.concatenate([centre - half, centre + half], axis=1)
        tlwh = np.concatenate([centre - half, 2 * half], axis=1)
        scores = scores[is_person]
        kept = cv2.dnn.NMSBoxes(tlwh.tolist(), scores.tolist(), 0.0, self.nms_thr)
        rows = np.array(kept, np.int64).reshape(-1)
        return boxes[rows], scores[rows]
