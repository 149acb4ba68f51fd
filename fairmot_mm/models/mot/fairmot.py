"""FairMOT: the joint network followed by an online tracker."""

from collections.abc import Sequence
from typing import Any

import torch
from mmdet.models.mot import BaseMOTModel
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.config import Config
from torch import Tensor

from fairmot_mm.checkpoint.fit_state_dict import fit_state_dict
from fairmot_mm.models.detectors.inference_detector import InferenceDetector
from fairmot_mm.models.layers.row_shard import keep_from_averaging
from fairmot_mm.models.mot.mmdet_tracker import MMDetTracker, adapt_tracker
from fairmot_mm.registry import MODELS
from fairmot_mm.utils.errors import ConfigError
from fairmot_mm.utils.step_clock import step
from fairmot_mm.utils.tracker import Tracker


@MODELS.register_module()
class FairMOT(BaseMOTModel):
    """One-shot multi-object tracking (Zhang et al., IJCV 2021).

    A published checkpoint is recognised and converted wherever a state dict is loaded,
    see `fairmot_mm.checkpoint.fit_state_dict`.

    Args:
        detector: Config of a detector whose ``pred_instances`` have ``embeds``.
        tracker: Config of a `Tracker`, or of a tracker of mmdet; ``None`` for training
            only.
        data_preprocessor: Config of a `ClipPreprocessor`, or of mmdet's
            ``TrackDataPreprocessor``.
        detect_every: The network runs in every ``detect_every``-th frame; in the frames
            between, the tracker moves its tracks on by their motion (``coast``). With
            1 the network runs in every frame.
        frozen_modules: Names of the parts that are not trained, as in
            ``detector.backbone.level0``; their batch norms keep their statistics too.
        init_cfg: mmengine initialisation.

    Attributes:
        cfg: Config that the model was built from; set by `InferenceSetup`.
        dataset_meta: Names of the ``classes``; set by `InferenceSetup`.

    Raises:
        ConfigError: ``frozen_modules`` names a part that the model does not have.
    """

    cfg: Config
    dataset_meta: dict[str, Any]

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
        self.tracker = None
        if tracker is not None:
            self.tracker = adapt_tracker(MODELS.build(tracker))
        self.detect_every = detect_every
        try:
            frozen = [self.get_submodule(name) for name in frozen_modules]
        except AttributeError as error:
            raise ConfigError(f'model.frozen_modules: {error}') from error
        self.frozen_modules = tuple(frozen_modules)
        for module in frozen:
            module.requires_grad_(False)
        self._faster_detector: InferenceDetector | None = None
        self.register_load_state_dict_pre_hook(fit_state_dict)
        keep_from_averaging(self)

    def train(self, mode: bool = True) -> 'FairMOT':
        """Switch between training and testing; frozen parts stay in test mode."""
        super().train(mode)
        for name in getattr(self, 'frozen_modules', ()):
            self.get_submodule(name).eval()
        return self

    @property
    def detect_every(self) -> int:
        """The network runs in every ``detect_every``-th frame.

        Raises:
            ConfigError: When set below 1, or above with a tracker that cannot coast.
        """
        return self._detect_every

    @detect_every.setter
    def detect_every(self, frames: int) -> None:
        if frames < 1:
            raise ConfigError(f'detect_every={frames} must be 1 or more')
        if frames > 1 and isinstance(self.tracker, MMDetTracker | None):
            raise ConfigError(
                f'detect_every={frames} needs a model.tracker that can coast, as '
                f'JDETracker does; the model has {self.tracker and self.tracker.name}'
            )
        self._detect_every = frames

    @property
    def inference_detector(self) -> InferenceDetector:
        """The detector that `predict` and `detect` run: `detector` or a faster form.

        A faster form, see `fairmot_mm.inference.accelerate`, is not saved with the
        model: it runs the weights of `detector`.
        """
        return self._faster_detector or self.detector

    @inference_detector.setter
    def inference_detector(self, detector: InferenceDetector) -> None:
        self._faster_detector = detector

    @property
    def best_batch_size(self) -> int:
        """See `InferenceDetector.best_batch_size`."""
        return self.inference_detector.best_batch_size

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
        trackers: Sequence[Tracker | None] | None = None,
        **_: Any,
    ) -> Sequence[TrackDataSample]:
        """Track the frames of the clips, in order.

        The network runs on all frames as one batch; the tracker then takes them one by
        one. The tracker forgets its tracks at ``frame_id`` 0, so clips of one video
        that follow each other, in one batch or in several, are one run.

        With ``detect_every`` n the network runs only on frames whose ``frame_id`` is a
        multiple of n; the others have no ``pred_instances``. Where a live source skips
        a frame that the network should run on, it runs on the next one.

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
        images, frames = self._frames_to_detect(inputs, data_samples)
        if frames:
            self.inference_detector.predict(images, frames)
        return self.associate(inputs, data_samples, trackers)

    @torch.no_grad()
    def detect(self, data: dict[str, Any]) -> dict[str, Any]:
        """The first half of `test_step`: everything but the tracker.

        The second half is `associate`, which may run in another thread while this
        method works on the next frames.

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
            images, frames = self._frames_to_detect(**data)
            outputs = self.inference_detector.run_network(images) if frames else None
        with step('maps', count):
            if frames:
                self.inference_detector.decode(outputs, frames)
        return data

    @torch.no_grad()
    def associate(
        self,
        inputs: Tensor,
        data_samples: Sequence[TrackDataSample],
        trackers: Sequence[Tracker | None] | None = None,
    ) -> Sequence[TrackDataSample]:
        """The second half of `test_step`: pass the frames to the tracker, in order.

        Args:
            inputs: See `detect`.
            data_samples: See `detect`.
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

    def _frames_to_detect(
        self, inputs: Tensor, data_samples: Sequence[TrackDataSample]
    ) -> tuple[Tensor, list[DetDataSample]]:
        """Images (B, 3, H, W) and samples of the frames that the network runs on."""
        frames = [frame for clip in data_samples for frame in clip.video_data_samples]
        images = inputs.flatten(0, 1)
        chosen = [k for k, frame in enumerate(frames) if self._is_detected(frame)]
        if len(chosen) == len(frames):
            return images, frames
        return images[chosen], [frames[k] for k in chosen]

    def _track_clip(
        self, tracker: Tracker, frames: Sequence[DetDataSample], images: Tensor
    ) -> None:
        """Add ``pred_track_instances`` to the T frames of (T, 3, H, W) images."""
        for frame, image in zip(frames, images, strict=True):
            follow = tracker.track if self._is_detected(frame) else tracker.coast
            frame.pred_track_instances = follow(frame, image[None])

    def _is_detected(self, frame: DetDataSample) -> bool:
        """Whether the network runs on a frame: every n-th, or else the next one."""
        if self.detect_every == 1:  # images that are no video have no frame_id
            return True
        return frame.frame_id % self.detect_every <= frame.get('skipped', 0)
