"""Drawing boxes, identities and trails with OpenCV."""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from mmdet.structures import DetDataSample
from mmengine.dist import master_only
from mmengine.structures import InstanceData
from mmengine.visualization import Visualizer
from torch import Tensor

from fairmot_mm.registry import VISUALIZERS
from fairmot_mm.visualization.drawing import (
    draw_heatmap,
    draw_label,
    identity_colors,
    line_width,
    whole_pixels,
)


@VISUALIZERS.register_module()
class TrackVisualizer(Visualizer):
    """Draws tracks: a box and a labelled colour for every identity, and its trail.

    As ``visualizer`` of a config it also feeds mmengine's back-ends (TensorBoard, ...).
    mmengine's own drawing goes through matplotlib and takes longer than tracking; this
    one draws with OpenCV. Lines and letters grow with the frame.

    Args:
        name: Name of the instance, used by mmengine.
        vis_backends: Configs of mmengine back-ends that receive images and scalars.
        save_dir: Folder of those back-ends.
        trail_length: Number of frames over which the path of the feet is drawn; 0 draws
            no trail.
    """

    def __init__(
        self,
        name: str = 'visualizer',
        vis_backends: list[dict] | None = None,
        save_dir: str | None = None,
        trail_length: int = 0,
    ) -> None:
        super().__init__(name, vis_backends=vis_backends, save_dir=save_dir)
        self.trail_length = trail_length
        self.reset()

    def reset(self) -> None:
        """Forget all trails: call it before a new video."""
        # One entry a frame: (ids (M,), feet (M, 2)). Its length bounds the memory.
        self._history: deque[tuple[np.ndarray, np.ndarray]] = deque(
            maxlen=self.trail_length
        )

    def _names(self, labels: Tensor | None) -> list[str]:
        """Class names to write before identities; none where all are of one class."""
        classes = (self.dataset_meta or {}).get('classes', ())
        if labels is None or len(classes) < 2:
            return []
        return [f'{classes[label]} ' for label in labels.tolist()]

    def draw(
        self, image: np.ndarray, pred_track_instances: InstanceData, header: str = ''
    ) -> np.ndarray:
        """Draw the tracks of the next frame of a video.

        Args:
            image: (H, W, 3) uint8 BGR; it is left as it is.
            pred_track_instances: ``bboxes`` (M, 4) xyxy in pixels of ``image``,
                ``instances_id`` (M,); ``labels`` (M,), named in the picture where
                ``dataset_meta`` has several ``classes``.
            header: Text for the upper left corner.

        Returns:
            (H, W, 3) uint8 BGR copy with the drawing on it.
        """
        ids = pred_track_instances.instances_id.cpu().numpy()
        boxes = whole_pixels(pred_track_instances.bboxes.cpu().numpy(), image)
        feet = np.stack([boxes[:, [0, 2]].sum(1) // 2, boxes[:, 3]], axis=1)
        self._history.append((ids, feet))
        canvas = image.copy()
        self._draw_trails(canvas, ids)
        _draw_boxes(canvas, boxes, ids, self._names(pred_track_instances.get('labels')))
        if header:
            draw_label(canvas, header, (0, 0), (0, 0, 0), below=True)
        return canvas

    @master_only
    def add_datasample(
        self,
        name: str,
        image: np.ndarray,
        data_sample: DetDataSample | None = None,
        draw_gt: bool = True,
        draw_pred: bool = True,
        show: bool = False,
        wait_time: float = 0,
        step: int = 0,
        out_file: str | Path | None = None,
        pred_score_thr: float = 0.0,
    ) -> None:
        """Draw one sample and hand it to the back-ends; what hooks call.

        Args:
            name: Name of the image in the back-ends and of the window.
            image: (H, W, 3) uint8 **RGB**, as everywhere in mmengine's visualizers.
            data_sample: See `draw_sample`.
            draw_gt: Whether to draw ground truth.
            draw_pred: Whether to draw predictions.
            show: Whether to open a window.
            wait_time: Seconds the window stays; 0 waits for a key.
            step: Step in the back-ends.
            out_file: Image file to write instead of using the back-ends.
            pred_score_thr: Tracks that score lower are left out.
        """
        bgr = np.ascontiguousarray(image[..., ::-1])
        shown = DetDataSample() if data_sample is None else data_sample
        drawn = self.draw_sample(bgr, shown, draw_gt, draw_pred, pred_score_thr)
        if show:
            self.show(drawn[..., ::-1], win_name=name, wait_time=wait_time)
        if out_file is not None:
            Path(out_file).parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(out_file), drawn)
        else:
            self.add_image(name, drawn[..., ::-1], step)

    def draw_sample(
        self,
        image: np.ndarray,
        data_sample: DetDataSample,
        draw_gt: bool = True,
        draw_pred: bool = True,
        pred_score_thr: float = 0.0,
    ) -> np.ndarray:
        """Draw all that a sample has, each on a copy of the image, side by side.

        From the left: true boxes and identities, tracks, the target of the heatmap, the
        predicted one. No trails: hooks visit single frames.

        Args:
            image: (H, W, 3) uint8 BGR; it is left as it is.
            data_sample: May hold ``gt_instances`` (``bboxes`` xyxy in pixels of
                ``image``, ``instances_ids``), ``pred_track_instances``, and
                ``gt_heatmap`` and ``pred_heatmap``, whose ``data`` is a tensor (K, h,
                w) in [0, 1].
            draw_gt: Whether to draw ground truth.
            draw_pred: Whether to draw predictions.
            pred_score_thr: Tracks that score lower are left out.

        Returns:
            (H, n W, 3) uint8 BGR of n panels; the image itself where nothing is drawn.
        """
        panels = []
        if draw_gt and 'gt_instances' in data_sample:
            gt = data_sample.gt_instances
            names = self._names(gt.get('labels'))
            panels.append(_with_boxes(image, gt.bboxes, gt.instances_ids, names))
        if draw_pred and 'pred_track_instances' in data_sample:
            tracks = data_sample.pred_track_instances
            tracks = tracks[tracks.scores >= pred_score_thr]
            names = self._names(tracks.get('labels'))
            panels.append(_with_boxes(image, tracks.bboxes, tracks.instances_id, names))
        for key, wanted in (('gt_heatmap', draw_gt), ('pred_heatmap', draw_pred)):
            if wanted and key in data_sample:
                heatmap = data_sample.get(key).data.cpu().numpy()
                panels.append(draw_heatmap(image, heatmap))
        return np.concatenate(panels or [image], axis=1)

    def _draw_trails(self, canvas: np.ndarray, ids: np.ndarray) -> None:
        """Draw, for the identities of this frame, where their feet were before."""
        if len(self._history) < 2:
            return
        past_ids = np.concatenate([entry[0] for entry in self._history])
        past_feet = np.concatenate([entry[1] for entry in self._history])
        for identity, color in zip(ids, identity_colors(ids).tolist(), strict=True):
            path = past_feet[past_ids == identity]
            cv2.polylines(canvas, [path], False, color, line_width(canvas), cv2.LINE_AA)


def _with_boxes(
    image: np.ndarray, bboxes: Tensor, ids: Tensor, names: Sequence[str]
) -> np.ndarray:
    canvas = image.copy()
    boxes = whole_pixels(bboxes.cpu().numpy(), image)
    _draw_boxes(canvas, boxes, ids.cpu().numpy(), names)
    return canvas


def _draw_boxes(
    canvas: np.ndarray, boxes: np.ndarray, ids: np.ndarray, names: Sequence[str] = ()
) -> None:
    """Draw boxes and, above them, labels: all boxes first, so that none hides a label.

    Args:
        canvas: (H, W, 3) uint8 BGR, drawn on in place.
        boxes: (M, 4) int32 xyxy.
        ids: (M,) identities; negative ones (unknown) get a box without a label.
        names: M texts before the identities, or none.
    """
    colors = identity_colors(ids).tolist()
    for (x1, y1, x2, y2), color in zip(boxes.tolist(), colors, strict=True):
        cv2.rectangle(canvas, (x1, y1), (x2, y2), color, line_width(canvas))
    names = names or [''] * len(ids)
    for (x1, y1, *_), color, identity, name in zip(
        boxes.tolist(), colors, ids, names, strict=True
    ):
        if identity >= 0:
            draw_label(canvas, f'{name}{identity}', (x1, y1), color)
