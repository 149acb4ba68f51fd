"""FairMOT: the joint network followed by an online tracker."""

import inspect
from collections.abc import Sequence
from typing import Any

import torch
from mmdet.models.mot import BaseMOTModel
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.logging import print_log
from torch import Tensor

from fairmot_mm.models.utils.published_weights import (
    COUNTER,
    PublishedWeights,
    read_published,
)
from fairmot_mm.registry import MODELS
from fairmot_mm.utils.errors import CheckpointError, ConfigError


@MODELS.register_module()
class FairMOT(BaseMOTModel):
    """One-shot multi-object tracking (Zhang et al., IJCV 2021).

    A published checkpoint is recognised and converted wherever a state dict is loaded.

    Args:
        detector: Config of a detector whose ``pred_instances`` have ``embeds``.
        tracker: Config of a tracker with ``track(data_sample) -> InstanceData``;
            ``None`` for training only.
        data_preprocessor: Config of mmdet's ``TrackDataPreprocessor``.
        detect_every: Frames from one that passes the network to the next; the tracker
            coasts through those between. 1: every frame passes.
        init_cfg: mmengine initialisation.
    """

    def __init__(
        self,
        detector: dict,
        tracker: dict | None = None,
        data_preprocessor: dict | None = None,
        detect_every: int = 1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        # Built here: mmengine would look in its own registry, where a default scope is
        # needed to find mmdet's.
        if isinstance(data_preprocessor, dict):
            data_preprocessor = MODELS.build(data_preprocessor)
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        self.detector = MODELS.build(detector)
        self.tracker = MODELS.build(tracker) if tracker is not None else None
        self.detect_every = detect_every

    @property
    def detect_every(self) -> int:
        """Frames from one that passes the network to the next.

        Raises:
            ConfigError: When set below 1, or above with a tracker that cannot coast.
        """
        return self._detect_every

    @detect_every.setter
    def detect_every(self, frames: int) -> None:
        if frames < 1:
            raise ConfigError(f'detect_every={frames} must be 1 or more')
        if frames > 1 and not hasattr(self.tracker, 'coast'):
            raise ConfigError(
                f'detect_every={frames} needs a tracker that can coast, such as '
                f'JDETracker; {type(self.tracker).__name__} cannot'
            )
        self._detect_every = frames

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, *args: Any, **kwargs: Any
    ) -> None:
        """Take a published checkpoint too, and refuse one of another architecture."""
        published = read_published(state_dict)
        if published is not None:
            state_dict.clear()
            state_dict.update(published.state_dict)
            print_log(published.describe(), 'current')
        self._check_fit(state_dict, prefix, published)
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)

    def _check_fit(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        published: PublishedWeights | None,
    ) -> None:
        """Refuse another backbone or neck; leave out head tensors of another shape.

        The latter is how weights of another task (CenterNet on COCO, other classes or
        embedding width) start a training; what is left out is logged.

        Raises:
            CheckpointError: The backbone or neck does not fit.
        """
        needed = ['detector.backbone.']
        if published is None or not published.backbone_alone:
            needed.append('detector.neck.')
        wrong, unfit_heads = [], []
        for name, own in self.state_dict().items():
            loaded = state_dict.get(prefix + name)
            if loaded is None:
                if name.startswith(tuple(needed)) and not name.endswith(COUNTER):
                    wrong.append(name)
            elif loaded.shape != own.shape:
                if name.startswith(('detector.backbone.', 'detector.neck.')):
                    wrong.append(name)
                elif '.classifier.' not in name:
                    unfit_heads.append(name)
        if wrong:
            title = f' (it is a {published.title})' if published else ''
            raise CheckpointError(
                f'the checkpoint is of another architecture{title}: {len(wrong)} '
                f'tensors of backbone and neck are missing or of another shape, '
                f'{wrong[0]} first. Choose the config it was trained with'
            )
        if unfit_heads:
            listed = [
                f'{name} {tuple(state_dict.pop(prefix + name).shape)}'
                for name in unfit_heads
            ]
            print_log(
                'left out, of another shape in the model: ' + ', '.join(listed),
                'current',
            )

    def loss(
        self, inputs: Tensor, data_samples: Sequence[DetDataSample], **kwargs: Any
    ) -> dict[str, Tensor]:
        """Loss of the detector, see `JDEDetector.loss`."""
        return self.detector.loss(inputs, data_samples)

    def _forward(
        self,
        inputs: Tensor,
        data_samples: Sequence[DetDataSample] | None = None,
        **kwargs: Any,
    ) -> dict[str, Tensor]:
        """Raw maps of (B, 3, H, W) RGB images in [0, 1], see `JDEDetector`."""
        return self.detector(inputs, data_samples, mode='tensor')

    @torch.no_grad()
    def predict(
        self,
        inputs: Tensor,
        data_samples: Sequence[TrackDataSample],
        trackers: Sequence[Any] | None = None,
        **_: Any,
    ) -> Sequence[TrackDataSample]:
        """Track the frames of the clips, in order.

        All frames pass the network as one batch; the tracker then takes them one by
        one. It starts anew at ``frame_id`` 0, so clips of one video that follow each
        other, in one batch or in several, are one run.

        With ``detect_every`` n only frames whose ``frame_id`` is a multiple of n pass
        the network; the others have no ``pred_instances``.

        Args:
            inputs: (N, T, 3, H, W) RGB in [0, 1], N clips of T frames.
            data_samples: N clips of T samples with ``frame_id`` (from 0),
                ``ori_shape`` and ``frame_rate``.
            trackers: N trackers that take the clips in place of the model's own, one
                for each video in the batch. None leaves a clip at its detections.

        Returns:
            The clips; every frame has ``pred_instances`` and ``pred_track_instances``
            (``bboxes`` (M, 4) xyxy in pixels of the original frame, ``scores``,
            ``labels`` and ``instances_id``, each (M,)).
        """
        frames = [frame for clip in data_samples for frame in clip.video_data_samples]
        images = inputs.flatten(0, 1)
        looked_at = [k for k, frame in enumerate(frames) if self._looks_at(frame)]
        if len(looked_at) == len(frames):
            self.detector.predict(images, frames)
        elif looked_at:
            self.detector.predict(images[looked_at], [frames[k] for k in looked_at])
        if trackers is None:
            trackers = [self.tracker] * len(data_samples)
        for clip, images, tracker in zip(data_samples, inputs, trackers, strict=True):
            if tracker is not None:
                self._track_clip(tracker, clip.video_data_samples, images)
        return data_samples

    def predict_streams(
        self, data: dict[str, Any], trackers: Sequence[Any]
    ) -> Sequence[TrackDataSample]:
        """Do what `test_step` does, with a tracker of its own for each clip.

        Args:
            data: ``inputs`` and ``data_samples`` of N clips of different videos, as a
                data loader collects them.
            trackers: N trackers; each keeps the state of its video. None: the clip is
                not tracked.

        Returns:
            See `predict`.
        """
        return self.predict(**self.data_preprocessor(data, False), trackers=trackers)

    def _track_clip(
        self, tracker: Any, frames: Sequence[DetDataSample], images: Tensor
    ) -> None:
        """Add ``pred_track_instances`` to the T frames of (T, 3, H, W) images."""
        # Of mmdet's trackers SORT asks for more than the data sample.
        parameters = inspect.signature(tracker.track).parameters
        extras = {'model': self} if 'model' in parameters else {}
        for frame, image in zip(frames, images, strict=True):
            if 'img' in parameters:
                extras['img'] = image[None]
            go_on = tracker.track if self._looks_at(frame) else tracker.coast
            frame.pred_track_instances = go_on(data_sample=frame, **extras)

    def _looks_at(self, frame: DetDataSample) -> bool:
        """Whether a frame passes the network."""
        return self.detect_every == 1 or frame.frame_id % self.detect_every == 0
