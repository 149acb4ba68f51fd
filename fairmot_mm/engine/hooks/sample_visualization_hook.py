"""Sample images of a training: input, targets and predictions of the network."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import mmcv
import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import EpochBasedTrainLoop, Runner
from mmengine.structures import InstanceData, PixelData
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from fairmot_mm.engine.bare_model import bare_model
from fairmot_mm.registry import HOOKS
from fairmot_mm.utils import ConfigError, read_mot
from fairmot_mm.utils.boxes import tlwh_to_xyxy
from fairmot_mm.utils.contracts import require_range


@runtime_checkable
class HeatmapHead(Protocol):
    """A box head whose targets and output are heatmaps, such as `CenterHead`."""

    stride: int
    num_classes: int

    def get_targets(
        self, batch_gt_instances: Sequence[InstanceData], feat_shape: tuple[int, int]
    ) -> Any:
        """Compute the targets of a batch.

        Args:
            batch_gt_instances: Ground truth of each image, in pixels of the input.
            feat_shape: (height, width) of the heatmap in cells.

        Returns:
            Targets with ``heatmap`` (B, K, H, W).
        """


@HOOKS.register_module()
class SampleVisualizationHook(Hook):
    """Send sample images of training and validation to all back-ends of the visualizer.

    A training sample (``train_0``, ...) shows the augmented image with its true boxes
    and identities, the target heatmap and the predicted heatmap. A validation sample
    (``val_<video>_<frame>``) shows true boxes, tracks, target and prediction. Every
    validation draws the same frames.

    The hook reads the heatmap from the forward pass that the training runs anyway, so a
    training with this hook has the same weights as one without. Only the main process
    draws, and only frames that it validates itself.

    Args:
        interval: Iterations of training from one sample to the next; 0 draws none.
        num_images: Number of images of the batch, and of frames of a validation.
        max_side: Largest side of a sample in pixels; larger images are shrunk.

    Raises:
        ConfigError: A number is out of range, or the model has no box head with a
            heatmap.
    """

    priority = 'BELOW_NORMAL'

    def __init__(
        self, interval: int = 500, num_images: int = 2, max_side: int = 640
    ) -> None:
        require_range(interval=interval, low=0)
        require_range(num_images=num_images, max_side=max_side, low=1)
        self.interval = interval
        self.num_images = num_images
        self.max_side = max_side
        self._head: Any = None
        self._listening: RemovableHandle | None = None
        self._heatmap: Tensor | None = None

    def before_train(self, runner: Runner) -> None:
        """Find the head that predicts the heatmap; a test draws none and needs none."""
        self._find_head(runner)

    def before_val(self, runner: Runner) -> None:
        """Find the head, where a run only validates."""
        self._find_head(runner)

    def _find_head(self, runner: Runner) -> None:
        model = bare_model(runner.model)
        self._head = getattr(getattr(model, 'detector', model), 'bbox_head', None)
        if not isinstance(self._head, HeatmapHead):
            raise ConfigError(
                f'SampleVisualizationHook draws heatmaps: {type(model).__name__} has no'
                ' bbox_head with get_targets, stride and num_classes, such as '
                'CenterHead'
            )

    def before_train_iter(self, runner: Runner, *args: Any, **kwargs: Any) -> None:
        """Keep the heatmap of an iteration that is drawn."""
        if self.every_n_train_iters(runner, self.interval):
            self._listen()

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict | None = None,
    ) -> None:
        """Draw the first images of the batch."""
        if self._listening is None:
            return
        heatmaps = self._stop_listening()
        pairs = zip(data_batch['inputs'], data_batch['data_samples'], strict=True)
        for number, (image, sample) in enumerate([*pairs][: self.num_images]):
            shown = DetDataSample()
            shown.gt_instances = _labelled(sample.gt_instances)
            if 'bboxes' in sample.get('ignored_instances', ()):
                bboxes = _boxes_on_cpu(sample.ignored_instances)
                shown.ignored_instances = InstanceData(bboxes=bboxes)
            self._add_heatmaps(shown, image, heatmaps, number)
            self._show(runner, f'train_{number}', image, shown, runner.iter + 1)

    def before_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Keep the heatmap of a frame that is drawn."""
        count = min(self.num_images, len(runner.val_dataloader))
        chosen = (np.arange(count) + 0.5) * len(runner.val_dataloader) / count
        if batch_idx in chosen.astype(int):
            self._listen()

    def after_val_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Any = None,
    ) -> None:
        """Draw the first frame of the batch."""
        if self._listening is None:
            return
        heatmaps = self._stop_listening()
        frame = outputs[0].video_data_samples[0]
        meta, image = frame.metainfo, data_batch['inputs'][0][0]
        shown = DetDataSample()
        truth = _true_instances(frame, self._head.num_classes)
        if truth is not None:
            shown.gt_instances = truth
        if 'pred_track_instances' in frame:
            tracks = frame.pred_track_instances.cpu()
            shown.pred_track_instances = _instances(
                _to_input(tracks.bboxes, meta),
                tracks.labels,
                instances_id=tracks.instances_id,
                scores=tracks.scores,
            )
        if 'pred_instances' not in frame:  # detect_every left the frame out
            heatmaps = None
        self._add_heatmaps(shown, image, heatmaps, 0)
        name = f'val_{meta.get("video_name", "")}_{Path(meta["img_path"]).stem}'
        self._show(runner, name.replace('/', '_'), image, shown, _val_step(runner))

    def _listen(self) -> None:
        if is_main_process():
            self._listening = self._head.register_forward_hook(self._keep_heatmap)

    def _keep_heatmap(self, head: nn.Module, inputs: tuple, maps: Any) -> None:
        if not isinstance(maps, dict) or 'heatmap' not in maps:
            raise ConfigError(
                f'SampleVisualizationHook: {type(head).__name__} gives no `heatmap`'
            )
        self._heatmap = maps['heatmap'].detach().float().sigmoid().cpu()

    def _stop_listening(self) -> Tensor | None:
        if self._listening is not None:
            self._listening.remove()
        heatmap, self._listening, self._heatmap = self._heatmap, None, None
        return heatmap

    def _add_heatmaps(
        self, shown: DetDataSample, image: Tensor, heatmaps: Tensor | None, number: int
    ) -> None:
        """Add target and prediction, without the cells that pad the batch."""
        height, width = (-(-side // self._head.stride) for side in image.shape[-2:])
        if 'gt_instances' in shown:
            targets = self._head.get_targets([shown.gt_instances], (height, width))
            shown.gt_heatmap = PixelData(data=targets.heatmap[0])
        if heatmaps is not None:
            heatmap = heatmaps[number, :, :height, :width]
            shown.pred_heatmap = PixelData(data=heatmap)

    def _show(
        self, runner: Runner, name: str, image: Tensor, shown: DetDataSample, step: int
    ) -> None:
        """Draw the sample on a (3, H, W) BGR image in 0 to 255, which may be shrunk."""
        if image.is_floating_point():  # a pipeline may give real numbers, also NaN
            image = image.nan_to_num(0).round().clamp(0, 255).byte()
        rgb = image.flip(0).permute(1, 2, 0).cpu().numpy()
        factor = self.max_side / max(rgb.shape[:2])
        if factor < 1:
            rgb = mmcv.imrescale(rgb, factor)
            for key in ('gt_instances', 'ignored_instances', 'pred_track_instances'):
                if key in shown:
                    shown.get(key).bboxes *= factor
        runner.visualizer.add_datasample(name, rgb, shown, step=step)


def _instances(bboxes: Tensor, labels: Tensor, **others: Tensor) -> InstanceData:
    return InstanceData(bboxes=bboxes.float().clone(), labels=labels, **others)


def _labelled(gt: InstanceData) -> InstanceData:
    """Copy the ground truth that a pipeline packed to the CPU."""
    ids = gt.instances_ids.cpu()
    return _instances(_boxes_on_cpu(gt), gt.labels.cpu(), instances_ids=ids)


def _boxes_on_cpu(instances: InstanceData) -> Tensor:
    """A copy of the (N, 4) boxes, which a pipeline may give as mmdet's boxes."""
    bboxes = getattr(instances.bboxes, 'tensor', instances.bboxes)
    return bboxes.float().cpu().clone()


def _to_input(bboxes: Tensor, meta: dict) -> Tensor:
    """Map (N, 4) boxes from the original frame to the network input."""
    top, _, left, _ = meta.get('pad_param', (0, 0, 0, 0))
    factors = bboxes.new_tensor(meta['scale_factor'][:2])
    return bboxes * factors.repeat(2) + bboxes.new_tensor([left, top, left, top])


def _true_instances(frame: DetDataSample, num_classes: int) -> InstanceData | None:
    """Ground truth of a frame, from the sample or the file of its video; else None."""
    if 'bboxes' in frame.get('gt_instances', ()):
        return _labelled(frame.gt_instances)
    meta = frame.metainfo
    path = meta.get('gt_file')
    if path is None or not Path(path).is_file():
        return None
    rows = read_mot(path)
    number = meta.get('frame_number', meta['frame_id'] + 1)
    counted = (rows.marks > 0) & (rows.classes > 0) & (rows.classes <= num_classes)
    rows = rows[counted & (rows.frames == number)]
    return _instances(
        _to_input(tlwh_to_xyxy(torch.from_numpy(rows.tlwh)), meta),
        torch.from_numpy(rows.classes - 1),
        instances_ids=torch.from_numpy(rows.ids),
    )


def _val_step(runner: Runner) -> int:
    """The step under which the scores of this validation are logged."""
    loop = runner.train_loop
    return loop.epoch if isinstance(loop, EpochBasedTrainLoop) else loop.iter
