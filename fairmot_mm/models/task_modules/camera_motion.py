"""The base of all estimates of camera motion: small grey pictures of frames."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from mmengine.logging import print_log
from torch import Tensor
from torch.nn import functional

from fairmot_mm.utils import DataError
from fairmot_mm.utils.boxes import tlwh_to_xyxy
from fairmot_mm.utils.contracts import require_range

_LUMA = (0.299, 0.587, 0.114)
# A camera does not zoom by more than this, or turn over, from one frame to the next.
_MAX_ZOOM = 2.0


class RegistrationError(Exception):
    """Two frames cannot be registered; the message says why."""


@dataclass(frozen=True)
class GreyFrame:
    """A small grey picture of a frame and a mask of its background.

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


@dataclass
class CameraMotion(ABC):
    """Estimates how the picture moved from one frame to the next with the camera.

    A tracker with camera motion gets the input of the network together with the
    detections. This part makes a small grey picture of this input on its device and
    compares the picture with that of the last frame; the tracker then carries its
    tracks over by the `warp` of its motion model. Detections are masked out, because
    people move on their own.

    Where two frames cannot be compared, the motion is zero. In the first frame this is
    expected. If the frame size changes, or the picture shows too little background, the
    log says so once for each run of frames without a result.

    mmdet's `CameraMotionCompensation` compares whole frames at full size, people
    included, raises an error where they do not match, and moves centres and sizes but
    not velocities and uncertainties.

    Args:
        downscale: Number of pixels of the network's input, along each side, that are
            averaged into one. More is faster and less exact.

    Raises:
        ConfigError: ``downscale`` is not at least 1.
    """

    downscale: int = 2

    def __post_init__(self) -> None:
        require_range(low=1, downscale=self.downscale)
        self.reset()

    def reset(self) -> None:
        """Forget the last frame: the next one is the first."""
        self._last: GreyFrame | None = None
        self._failing = False

    def state_dict(self) -> dict[str, Any]:
        """Write the last frame, see `Stateful`.

        Returns:
            Plain values and tensors.
        """
        last = self._last
        return {
            'failing': self._failing,
            'last': last
            and {
                'image': torch.from_numpy(last.image.copy()),
                'background': torch.from_numpy(last.background.copy()),
                'to_grey': torch.from_numpy(last.to_grey.copy()),
                'ori_shape': [int(side) for side in last.ori_shape],
            },
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Read the last frame, see `Stateful`.

        Args:
            state: What `state_dict` has returned.

        Raises:
            DataError: It is damaged.
        """
        last = state['last']
        loaded = last and GreyFrame(
            last['image'].numpy().copy(),
            last['background'].numpy().copy(),
            last['to_grey'].numpy().copy(),
            tuple(last['ori_shape']),
        )
        if loaded and loaded.image.shape != loaded.background.shape:
            raise DataError('the state of the camera motion is damaged: sizes differ')
        self._last, self._failing = loaded, bool(state['failing'])

    def estimate(
        self, img: Tensor, metainfo: dict[str, Any], tlwh: np.ndarray
    ) -> np.ndarray:
        """Find where the background of the last frame lies in this one.

        Args:
            img: (1, 3, H, W) network input, RGB in [0, 1], on any device.
            metainfo: `img_shape` (height, width), `scale_factor` (x, y) and `pad_param`
                (top, bottom, left, right) say where the original frame lies in
                ``img``; without them ``img`` is the frame. `ori_shape` (height, width)
                is the size of the original frame.
            tlwh: (D, 4) left, top, width, height of the detections to mask out, in
                pixels of the original frame.

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
                raise RegistrationError(f'no camera moves like this: {matrix.tolist()}')
        except RegistrationError as reason:
            self._warn(metainfo, reason)
            return np.eye(2, 3)
        self._failing = False
        in_grey = np.vstack([matrix, [0, 0, 1]])
        return (np.linalg.inv(now.to_grey) @ in_grey @ now.to_grey)[:2]

    @abstractmethod
    def _register(self, last: GreyFrame, now: GreyFrame) -> np.ndarray:
        """Find the map between two frames of one size.

        Returns:
            (2, 3) affine map from pixels of ``last`` to pixels of ``now``.

        Raises:
            RegistrationError: The frames have too little in common.
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
        # A grey pixel lies in the middle of the pixels that were averaged.
        to_grey[:2, 2] = -(self.downscale - 1) / (2 * self.downscale)
        ori_shape = metainfo.get('ori_shape', (height, width))
        return GreyFrame(
            image, _background(image.shape, tlwh, scale), to_grey, tuple(ori_shape[:2])
        )

    def _warn(self, metainfo: dict[str, Any], reason: Exception) -> None:
        if not self._failing:
            print_log(
                'the camera motion is unknown and taken as zero from frame_id '
                f'{metainfo.get("frame_id")} on: {reason}',
                'current',
                logging.WARNING,
            )
        self._failing = True


def _background(
    shape: tuple[int, ...], tlwh: np.ndarray, scale: np.ndarray
) -> np.ndarray:
    """255 outside the boxes, which are enlarged to whole pixels; 0 inside."""
    corners = tlwh_to_xyxy(tlwh) * np.tile(scale, 2)
    corners = np.clip(corners, 0, np.tile(shape[1::-1], 2))
    starts, ends = np.floor(corners[:, :2]), np.ceil(corners[:, 2:])
    background = np.full(shape, 255, np.uint8)
    for left, top, right, bottom in np.hstack([starts, ends]).astype(int).tolist():
        background[top:bottom, left:right] = 0
    return background
