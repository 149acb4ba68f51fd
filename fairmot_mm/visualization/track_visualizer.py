"""Draw boxes, identities and trails with OpenCV."""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from mmdet.structures import DetDataSample
from mmengine.dist import master_only
from mmengine.structures import InstanceData

from fairmot_mm.registry import VISUALIZERS
from fairmot_mm.visualization.drawing import (
    class_colors,
    draw_hatched,
    draw_heatmap,
    draw_label,
    identity_colors,
    line_width,
    whole_pixels,
)
from fairmot_mm.visualization.lazy_figure import LazyFigure


@VISUALIZERS.register_module()
class TrackVisualizer(LazyFigure):
    """Draw tracks: boxes, identities and trails, in one colour for each identity.

    With several classes, the box has the colour of the class, and the plate with class
    and identity has that of the identity.

    As the ``visualizer`` of a config it also passes images to mmengine's back-ends
    (TensorBoard and others). mmengine's ``Visualizer`` draws with matplotlib, which
    takes longer than tracking; this class draws with OpenCV. Lines and letters grow
    with the size of the frame.

    Args:
        name: Name of the instance, used by mmengine.
        vis_backends: Configs of mmengine back-ends that receive images and scalars.
        save_dir: Folder of these back-ends.
        trail_length: Number of past frames in the trail of a person's feet; 0 draws no
            trail.
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
        """Forget all trails. Call this before a new video."""
        # One entry for each frame: (ids (M,), feet (M, 2)). The length limits the
        # memory.
        self._history: deque[tuple[np.ndarray, np.ndarray]] = deque(
            maxlen=self.trail_length
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes in ``dataset_meta``; empty if there is only one."""
        classes = tuple((self.dataset_meta or {}).get('classes', ()))
        return classes if len(classes) > 1 else ()

    def count_header(self, tracks: InstanceData) -> str:
        """Count the tracks of a frame: ``people 7``, or those of each class.

        Args:
            tracks: ``instances_id`` (M,), and ``labels`` (M,) of several classes.

        Returns:
            The counts, without those of classes that the frame does not show.
        """
        if not self.classes or 'labels' not in tracks:
            return f'people {len(tracks)}'
        counts = np.bincount(tracks.labels.cpu().numpy(), minlength=len(self.classes))
        shown = zip(self.classes, counts.tolist(), strict=False)
        texts = [f'{name} {count}' for name, count in shown if count]
        return '  '.join(texts) or 'no tracks'

    def _draw_boxes(
        self, canvas: np.ndarray, boxes: np.ndarray, shown: InstanceData, ids_key: str
    ) -> None:
        """Draw boxes (M, 4) with the identities and classes of M instances."""
        ids = shown.get(ids_key).cpu().numpy()
        labels = shown.get('labels') if self.classes else None
        if labels is None:
            _draw_boxes(canvas, boxes, ids)
            return
        names = [f'{self.classes[label]} ' for label in labels.tolist()]
        _draw_boxes(canvas, boxes, ids, names, class_colors(labels.cpu().numpy()))

    def draw(
        self, image: np.ndarray, pred_track_instances: InstanceData, header: str = ''
    ) -> np.ndarray:
        """Draw the tracks of the next frame of a video.

        Args:
            image: (H, W, 3) uint8 BGR; not changed.
            pred_track_instances: ``bboxes`` (M, 4) xyxy in pixels of ``image``,
                ``instances_id`` (M,), and optionally ``labels`` (M,), whose names are
                drawn if ``dataset_meta`` has several ``classes``.
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
        self._draw_boxes(canvas, boxes, pred_track_instances, 'instances_id')
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
        """Draw one sample and pass it to the back-ends; mmengine's hooks call this.

        Args:
            name: Name of the image in the back-ends and of the window.
            image: (H, W, 3) uint8 **RGB**, as in all of mmengine's visualizers.
            data_sample: What to draw, see `draw_sample`.
            draw_gt: Whether to draw ground truth.
            draw_pred: Whether to draw predictions.
            show: Whether to open a window.
            wait_time: Seconds that the window stays open; 0 waits for a key.
            step: Training step in the back-ends.
            out_file: Image file to write instead of using the back-ends.
            pred_score_thr: Tracks with a lower score are not drawn.
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
        """Draw everything that a sample holds, in panels side by side.

        The panels from the left are: true boxes and identities, tracks, target heatmap,
        predicted heatmap. Trails are not drawn, because hooks draw single frames.

        Args:
            image: (H, W, 3) uint8 BGR; not changed.
            data_sample: May hold ``gt_instances`` (``bboxes`` (N, 4) xyxy in pixels of
                ``image``, ``instances_ids`` (N,)), ``ignored_instances`` (``bboxes``),
                which are hatched beside the true boxes and beside the target heatmap,
                ``pred_track_instances``, and
                ``gt_heatmap`` and ``pred_heatmap``, whose ``data`` is a tensor (K, h,
                w) in [0, 1].
            draw_gt: Whether to draw ground truth.
            draw_pred: Whether to draw predictions.
            pred_score_thr: Tracks with a lower score are not drawn.

        Returns:
            (H, n W, 3) uint8 BGR with n panels; the image itself if nothing is drawn.
        """
        panels = []
        for key, wanted, ids in (
            ('gt_instances', draw_gt, 'instances_ids'),
            ('pred_track_instances', draw_pred, 'instances_id'),
        ):
            if wanted and key in data_sample:
                shown = data_sample.get(key)
                if 'scores' in shown:
                    shown = shown[shown.scores >= pred_score_thr]
                canvas = image.copy()
                if key == 'gt_instances':
                    _hatch_ignored(canvas, data_sample)
                boxes = whole_pixels(shown.bboxes.cpu().numpy(), image)
                self._draw_boxes(canvas, boxes, shown, ids)
                panels.append(canvas)
        for key, wanted in (('gt_heatmap', draw_gt), ('pred_heatmap', draw_pred)):
            if wanted and key in data_sample:
                heatmap = data_sample.get(key).data.cpu().numpy()
                panels.append(draw_heatmap(image, heatmap))
                if key == 'gt_heatmap':
                    _hatch_ignored(panels[-1], data_sample)
        return np.concatenate(panels or [image], axis=1)

    def _draw_trails(self, canvas: np.ndarray, ids: np.ndarray) -> None:
        """Draw the past path of the feet of every identity in this frame."""
        if len(self._history) < 2:
            return
        past_ids = np.concatenate([entry[0] for entry in self._history])
        past_feet = np.concatenate([entry[1] for entry in self._history])
        for identity, color in zip(ids, identity_colors(ids).tolist(), strict=True):
            path = past_feet[past_ids == identity]
            cv2.polylines(canvas, [path], False, color, line_width(canvas), cv2.LINE_AA)


def _hatch_ignored(canvas: np.ndarray, data_sample: DetDataSample) -> None:
    """Hatch the ignore regions of a sample on (H, W, 3) uint8 BGR, in place."""
    if 'bboxes' in data_sample.get('ignored_instances', ()):
        bboxes = data_sample.ignored_instances.bboxes.cpu().numpy()
        draw_hatched(canvas, whole_pixels(bboxes, canvas))


def _draw_boxes(
    canvas: np.ndarray,
    boxes: np.ndarray,
    ids: np.ndarray,
    names: Sequence[str] = (),
    box_colors: np.ndarray | None = None,
) -> None:
    """Draw all boxes, then all labels above them, so that no box hides a label.

    Args:
        canvas: (H, W, 3) uint8 BGR, changed in place.
        boxes: (M, 4) int32 xyxy.
        ids: (M,) identities; a negative one is unknown and gets no label.
        names: M texts before the identities, or an empty list.
        box_colors: (M, 3) BGR colours of the boxes; None takes those of the identities.
    """
    colors = identity_colors(ids).tolist()
    edges = colors if box_colors is None else box_colors.tolist()
    for (x1, y1, x2, y2), color in zip(boxes.tolist(), edges, strict=True):
        cv2.rectangle(canvas, (x1, y1), (x2, y2), color, line_width(canvas))
    names = names or [''] * len(ids)
    for (x1, y1, *_), color, identity, name in zip(
        boxes.tolist(), colors, ids, names, strict=True
    ):
        if identity >= 0:
            draw_label(canvas, f'{name}{identity}', (x1, y1), color)
