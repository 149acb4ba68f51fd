"""FairMOT: the joint network followed by an online tracker."""

import inspect
from collections.abc import Sequence
from typing import Any

import torch
from mmcv.ops import ModulatedDeformConv2d
from mmdet.models.mot import BaseMOTModel
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.logging import print_log
from torch import Tensor

from fairmot_mm.checkpoint.published_weights import read_published
from fairmot_mm.checkpoint.weights_fit import check_body, leave_out_heads
from fairmot_mm.models.layers.row_shard import keep_from_averaging
from fairmot_mm.registry import MODELS
from fairmot_mm.utils.errors import ConfigError
from fairmot_mm.utils.setup_env import check_deformable_operator
from fairmot_mm.utils.step_clock import step


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
        frozen_modules: Parts that are not trained, dotted as in
            ``detector.backbone.level0``; their batch norms keep their statistics too.
        init_cfg: mmengine initialisation.

    Raises:
        ConfigError: There is no such part.
    """

    def __init__(
        self,
        detector: dict,
        tracker: dict | None = None,
        data_preprocessor: dict | None = None,
        detect_every: int = 1,
        frozen_modules: Sequence[str] = (),
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
        try:
            frozen = [self.get_submodule(name) for name in frozen_modules]
        except AttributeError as error:
            raise ConfigError(f'model.frozen_modules: {error}') from error
        self.frozen_modules = tuple(frozen_modules)
        for module in frozen:
            module.requires_grad_(False)
        keep_from_averaging(self)

    def train(self, mode: bool = True) -> 'FairMOT':
        """Switch between training and testing; what is frozen stays in the latter."""
        super().train(mode)
        for name in getattr(self, 'frozen_modules', ()):
            self.get_submodule(name).eval()
        return self

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
            state_dict.update(
                {prefix + name: value for name, value in published.state_dict.items()}
            )
            print_log(published.describe(), 'current')
        own = self.state_dict()
        check_body(own, state_dict, prefix, published)
        leave_out_heads(own, state_dict, prefix)
        if published is not None:  # what it lacks keeps its start, see `describe`
            for name, weight in own.items():
                state_dict.setdefault(prefix + name, weight)
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)

    def to(self, *args: Any, **kwargs: Any) -> 'FairMOT':
        """Move or cast the model, see `torch.nn.Module.to`.

        Raises:
            ConfigError: It has deformable convolutions, and mmcv was not compiled for
                the device.
        """
        model = super().to(*args, **kwargs)
        if any(isinstance(m, ModulatedDeformConv2d) for m in self.modules()):
            check_deformable_operator(next(self.parameters()).device)
        return model

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
        the network; the others have no ``pred_instances``. Of a live source that skips
        such a frame the next one passes.

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
        images, frames = self._looked_at(inputs, data_samples)
        if frames:
            self.detector.read(self.detector.infer(images), frames)
        return self.associate(inputs, data_samples, trackers)

    @torch.no_grad()
    def detect(self, data: dict[str, Any]) -> dict[str, Any]:
        """The first half of `test_step`: everything but the tracker.

        The second half is `associate`, which may run in another thread while this one
        goes on with the next frames.

        Args:
            data: ``inputs``, N clips (T, 3, H, W) uint8 BGR, and their
                ``data_samples``, as a data loader collects them.

        Returns:
            ``inputs`` (N, T, 3, H, W), RGB in [0, 1] on the device, and
            ``data_samples`` with ``pred_instances`` on the CPU.
        """
        count = sum(map(len, data['data_samples']))
        with step('copy', count):
            data = {**data, 'inputs': self._to_device(data['inputs'])}
        with step('network', count):
            data = self.data_preprocessor(data, False)
            images, frames = self._looked_at(**data)
            outputs = self.detector.infer(images) if frames else None
        with step('maps', count):
            if frames:
                self.detector.read(outputs, frames)
        return data

    @torch.no_grad()
    def associate(
        self,
        inputs: Tensor,
        data_samples: Sequence[TrackDataSample],
        trackers: Sequence[Any] | None = None,
    ) -> Sequence[TrackDataSample]:
        """The second half of `test_step`: hand the frames to the tracker, in order.

        Args:
            inputs: See `detect`.
            data_samples: Likewise.
            trackers: See `predict`.

        Returns:
            See `predict`.
        """
        if trackers is None:
            trackers = [self.tracker] * len(data_samples)
        for clip, images, tracker in zip(data_samples, inputs, trackers, strict=True):
            if tracker is not None:
                with step('association', len(clip)):
                    self._track_clip(tracker, clip.video_data_samples, images)
        return data_samples

    def _to_device(self, clips: Sequence[Tensor]) -> list[Tensor]:
        """The clips as they are, on the device; from locked memory to a GPU."""
        device = self.data_preprocessor.device
        if torch.device(device).type == 'cuda':
            clips = [clip.pin_memory() for clip in clips]
        return [clip.to(device, non_blocking=True) for clip in clips]

    def _looked_at(
        self, inputs: Tensor, data_samples: Sequence[TrackDataSample]
    ) -> tuple[Tensor, list[DetDataSample]]:
        """Images (B, 3, H, W) and samples of the frames that pass the network."""
        frames = [frame for clip in data_samples for frame in clip.video_data_samples]
        images = inputs.flatten(0, 1)
        chosen = [k for k, frame in enumerate(frames) if self._looks_at(frame)]
        if len(chosen) == len(frames):
            return images, frames
        return images[chosen], [frames[k] for k in chosen]

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
        """Whether a frame passes the network: every n-th, or the next one there is."""
        if self.detect_every == 1:  # images that are no video have no frame_id
            return True
        return frame.frame_id % self.detect_every <= frame.get('skipped', 0)
