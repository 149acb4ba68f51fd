"""The contract of a tracker."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from torch import Tensor


@runtime_checkable
class Tracker(Protocol):
    """Links the detections of a video to tracks, one frame at a time and in order.

    A tracker never calls the network. The frame with ``frame_id`` 0 begins a new video.
    """

    def reset(self) -> None:
        """Forget every track; the next identity is 1."""

    def track(
        self, data_sample: DetDataSample, img: Tensor | None = None
    ) -> InstanceData:
        """Follow the detections of the next frame.

        Args:
            data_sample: ``pred_instances`` with ``bboxes`` (N, 4) xyxy in pixels of the
                original frame, ``scores`` (N,), ``labels`` (N,) and ``embeds`` (N, C)
                of length 1. Metainfo: ``frame_id`` (from 0), ``frame_rate`` in frames a
                second, ``ori_shape`` (height, width) in pixels.
            img: (1, 3, H, W) RGB in [0, 1], the input of the network. ``img_shape``,
                ``scale_factor`` and ``pad_param`` of the metainfo say where the
                original frame lies in it. None if there is no image.

        Returns:
            The tracks of this frame: ``bboxes`` (M, 4) xyxy in pixels of the original
            frame, ``scores`` (M,), ``labels`` (M,), ``instances_id`` (M,) from 1.
        """

    def coast(
        self, data_sample: DetDataSample, img: Tensor | None = None
    ) -> InstanceData:
        """Move the tracks through a frame in which the network did not run.

        Args:
            data_sample: See `track`; it has no ``pred_instances``.
            img: See `track`.

        Returns:
            The tracks of this frame, see `track`.

        Raises:
            ConfigError: The tracker needs the detections of every frame.
        """


@runtime_checkable
class Stateful(Protocol):
    """What a tracker, or a part of one, needs to go on after the program has ended."""

    def state_dict(self) -> dict[str, Any]:
        """Write everything that is known about the video.

        Returns:
            Plain values and tensors, which ``torch.load`` reads with ``weights_only``.
        """

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where `state_dict` was called.

        Args:
            state: What it returned.

        Raises:
            DataError: The state is damaged or does not fit. Nothing has changed.
        """
