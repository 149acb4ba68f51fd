"""Leaving detections out before they are tracked."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from mmdet.structures import DetDataSample

from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.points import Points, require_extent, require_inside


class DetectionFilter:
    """Keeps detections of some classes, and those whose feet are in a region.

    What is left out never reaches the tracker, so that it takes part in no track.

    Args:
        class_names: Names of all classes of the model.
        classes: Names of the classes to keep, or their numbers, from 0; None keeps all.
        roi: Region of interest, three or more points (x, y) in whole pixels of the
            frame. A detection is where the middle of the lower edge of its box is, as
            far as the box lies in the picture. None keeps all.

    Raises:
        ConfigError: There is no such class, or the region has no area.
    """

    def __init__(
        self,
        class_names: Sequence[str],
        classes: Sequence[str | int] | None = None,
        roi: Points | None = None,
    ) -> None:
        self.labels: torch.Tensor | None = None
        if classes is not None:
            numbers = sorted({_label(each, class_names) for each in classes})
            if not numbers:
                raise ConfigError('classes is empty: no detection would be tracked')
            self.labels = torch.tensor(numbers)
        if roi is not None:
            require_extent('polygon', roi)
        self.roi = roi
        self._masks: dict[tuple[int, int], np.ndarray] = {}  # by size of the frame

    @property
    def is_active(self) -> bool:
        """Whether anything can be left out."""
        return self.labels is not None or self.roi is not None

    def __call__(self, sample: DetDataSample) -> None:
        """Split the detections of a frame.

        Args:
            sample: ``pred_instances`` with ``bboxes`` (N, 4) xyxy in pixels of the
                frame and ``labels`` (N,), and the metainfo ``ori_shape``. It gets
                ``left_out_instances``. A frame without ``pred_instances``, in which the
                network did not run, stays as it is.

        Raises:
            ConfigError: A point of the region is not in the picture.
        """
        if 'pred_instances' not in sample:
            return
        found = sample.pred_instances
        kept = torch.ones(len(found), dtype=torch.bool)
        if self.labels is not None:
            kept &= torch.isin(found.labels.cpu(), self.labels)
        if self.roi is not None:
            kept &= self._in_region(found.bboxes.cpu().numpy(), sample.ori_shape)
        kept = kept.to(found.labels.device)
        sample.pred_instances, sample.left_out_instances = found[kept], found[~kept]

    def _in_region(self, boxes: np.ndarray, shape: tuple[int, int]) -> torch.Tensor:
        """(N,) bool: whether the feet of boxes (N, 4) xyxy are in the region."""
        limit = np.array([shape[1], shape[0]] * 2) - 1
        boxes = np.nan_to_num(boxes).clip(0, limit)
        x = ((boxes[:, 0] + boxes[:, 2]) / 2).round().astype(int)
        y = boxes[:, 3].round().astype(int)
        return torch.from_numpy(self._mask(shape)[y, x])

    def _mask(self, shape: tuple[int, int]) -> np.ndarray:
        """(H, W) bool: the pixels of the region, in frames of this size."""
        if shape not in self._masks:
            assert self.roi is not None
            require_inside('roi', self.roi, (shape[1], shape[0]))
            mask = np.zeros(shape, np.uint8)
            cv2.fillPoly(mask, [np.array(self.roi, np.int32)], 1)
            self._masks[shape] = mask.astype(bool)
        return self._masks[shape]


def _label(wanted: str | int, names: Sequence[str]) -> int:
    """Number of a class that is named, or numbered."""
    if wanted in names:
        return list(names).index(str(wanted))
    text = str(wanted)
    if text.isascii() and text.isdecimal() and int(text) < len(names):
        return int(text)
    known = ', '.join(f'{number} {name}' for number, name in enumerate(names))
    raise ConfigError(
        f'the model has no class {text!r}; its classes, by number and name, are: '
        f'{known}'
    )
