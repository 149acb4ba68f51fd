"""What every estimate of camera motion shares: small grey frames and their frame."""

import logging
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from mmengine.logging import print_log
from torch import Tensor
from torch.nn import functional

from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.boxes import tlwh_to_xyxy

_LUMA = (0.299, 0.587, 0.114)
# A camera does not zoom by more than this, or turn over, from one frame to the next.
_MAX_ZOOM = 2.0


class RegistrationError(Exception):
    """Two frames cannot be laid over each other; the message says why."""


@dataclass(frozen=True)
class GreyFrame:
    """A small grey picture of a frame, and where it shows no detection.

    Attributes:
        image: (h, w) uint8.
        background: (h, w) uint8, 255 outside all boxes, 0 inside.
        to_grey: (3, 3) map from pixels of the original frame to pixels of `image`.
        ori_shape: (height, width) of the original frame.
    """

    image: np.ndarray
    background: np.ndarray
    to_grey: np.ndarray
    ori_shape: tuple[int, int]


class CameraMotion(ABC):
    """How the picture moved from one frame to the next because the camera did.

    A tracker with such a part is handed the network's input together with the
    detections, makes a small grey picture of it on its device, and carries its tracks
    over by the `warp` of its motion model. People, who move on their own, are masked
    out. Where two frames cannot be compared the motion is taken for none: in the first
    frame, in silence; if the frame size changes or the picture has nothing to hold on
    to, with a warning in the log, one for each spell of such frames.

    Args:
        downscale: How many pixels of the network's input, along each side, are averaged
            into one. More is faster and less exact.

    Raises:
        ConfigError: ``downscale`` is not at least 1.
    """

    def __init__(self, downscale: int = 2) -> None:
        if downscale < 1:
            raise ConfigError(f'downscale={downscale} of the camera motion: 1 or more')
        self.downscale = downscale
        self.reset()

    def reset(self) -> None:
        """Forget the last frame: the next one is the first."""
        self._last: GreyFrame | None = None
        self._failing = False

    def estimate(
        self, img: Tensor, metainfo: dict[str, Any], tlwh: np.ndarray
    ) -> np.ndarray:
        """Find where the background of the last frame lies in this one.

        Args:
            img: (1, 3, H, W) network input, RGB in [0, 1], on any device.
            metainfo: Of the frame. `img_shape`, `scale_factor` (w, h) and `pad_param`
                (top, bottom, left, right) say where the original frame lies in
                ``img``; without them ``img`` is the frame. `ori_shape`: its size.
            tlwh: (D, 4) left, top, width, height of what moves on its own, in pixels
                of the original frame.

        Returns:
            (2, 3) affine map from pixels of the last frame to pixels of this one, both
            in the original size.
        """
        now = self._shrink(img, metainfo, tlwh)
        last, self._last = self._last, now
        if last is None:
            return np.eye(2, 3)
        try:
            if last.ori_shape != now.ori_shape or last.image.shape != now.image.shape:
                raise RegistrationError(
                    f'the frame size changed from {last.ori_shape} to {now.ori_shape}'
                )
            matrix = self._register(last, now)
            if not 1 / _MAX_ZOOM**2 < np.linalg.det(matrix[:, :2]) < _MAX_ZOOM**2:
                raise RegistrationError(f'the match is no motion of a camera: {matrix}')
        except RegistrationError as reason:
            self._warn(metainfo, reason)
            return np.eye(2, 3)
        self._failing = False
        in_grey = np.vstack([matrix, [0, 0, 1]])
        return (np.linalg.inv(now.to_grey) @ in_grey @ now.to_grey)[:2]

    @abstractmethod
    def _register(self, last: GreyFrame, now: GreyFrame) -> np.ndarray:
        """Lay two frames of one size over each other.

        Returns:
            (2, 3) affine map from pixels of ``last`` to pixels of ``now``.

        Raises:
            RegistrationError: They have too little in common.
        """

    def _shrink(
        self, img: Tensor, metainfo: dict[str, Any], tlwh: np.ndarray
    ) -> GreyFrame:
        """The grey picture without the padding of the network's input."""
        height, width = metainfo.get('img_shape', img.shape[-2:])[:2]
        top, bottom, left, right = metainfo.get('pad_param', (0, 0, 0, 0))
        frame = img[:, :, top : height - bottom, left : width - right].float()
        luma = torch.tensor(_LUMA, device=img.device).view(1, 3, 1, 1)
        grey = functional.avg_pool2d(
            (frame * luma).sum(1, keepdim=True), self.downscale
        )
        image = (grey[0, 0].clamp(0, 1) * 255).round().byte().cpu().numpy()
        scale = np.asarray(metainfo.get('scale_factor', (1, 1))[:2]) / self.downscale
        to_grey = np.diag([*scale, 1.0])
        # The middle of the pixels that were averaged.
        to_grey[:2, 2] = -(self.downscale - 1) / (2 * self.downscale)
        ori_shape = metainfo.get('ori_shape', (height, width))
        return GreyFrame(
            image, _background(image.shape, tlwh, scale), to_grey, tuple(ori_shape[:2])
        )

    def _warn(self, metainfo: dict[str, Any], reason: Exception) -> None:
        if not self._failing:
            print_log(
                f'camera motion from frame_id {metainfo.get("frame_id")} on unknown, '
                f'taken for none: {reason}',
                'current',
                logging.WARNING,
            )
        self._failing = True


def _background(
    shape: tuple[int, ...], tlwh: np.ndarray, scale: np.ndarray
) -> np.ndarray:
    """255 outside the boxes, whose size is taken up to whole pixels; 0 inside."""
    corners = tlwh_to_xyxy(tlwh) * np.tile(scale, 2)
    corners = np.clip(corners, 0, np.tile(shape[1::-1], 2))
    starts, ends = np.floor(corners[:, :2]), np.ceil(corners[:, 2:])
    background = np.full(shape, 255, np.uint8)
    for left, top, right, bottom in np.hstack([starts, ends]).astype(int).tolist():
        background[top:bottom, left:right] = 0
    return background
