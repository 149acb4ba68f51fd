"""The picture of a result, as the mp4, the page and the window show it."""

import numpy as np
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.exports.count_board import CountBoard
from fairmot_mm.utils import DataError
from fairmot_mm.video.frame import Frame
from fairmot_mm.visualization import TrackVisualizer
from fairmot_mm.visualization.blurring import blur_boxes
from fairmot_mm.visualization.count_drawing import draw_counts

# Detections without a track that are blurred have this score or more.
_BLUR_SCORE = 0.2


def frame_of(sample: DetDataSample) -> Frame:
    """The frame of a result.

    Args:
        sample: A result of an inferencer.

    Raises:
        DataError: The result has no frame any more.
    """
    if 'frame' not in sample:
        raise DataError(
            'the result has no frame any more: that of a file is kept until the next '
            'result; call the inferencer with keep_frames=True'
        )
    return sample.frame


def draw_result(
    image: np.ndarray,
    tracks: InstanceData,
    visualizer: TrackVisualizer,
    board: CountBoard | None = None,
    header: str = '',
) -> np.ndarray:
    """Draw tracks, and lines and zones with their counts.

    Args:
        image: (H, W, 3) uint8 BGR; not changed.
        tracks: See `TrackVisualizer.draw`.
        visualizer: Draws the tracks, and knows their trails.
        board: What was counted; None if nothing was.
        header: Text for the upper left corner.

    Returns:
        (H, W, 3) uint8 BGR copy with the drawing on it.
    """
    drawn = visualizer.draw(image, tracks, header)
    if board is not None:
        draw_counts(drawn, board.shapes, board.texts)
    return drawn


def blurred_image(
    image: np.ndarray, sample: DetDataSample, blur: str | None
) -> np.ndarray:
    """The image of a result, without the faces or bodies that shall not be seen.

    Args:
        image: (H, W, 3) uint8 BGR; not changed.
        sample: The result.
        blur: See `OutputOptions`; None: nobody is blurred.

    Returns:
        (H, W, 3) uint8 BGR; the image itself if nobody is blurred.
    """
    return blur_boxes(image, people_in(sample), blur) if blur else image


def people_in(sample: DetDataSample) -> np.ndarray:
    """Find everybody whom `blurred_image` blurs.

    Args:
        sample: A result of an inferencer.

    Returns:
        (N, 4) xyxy in pixels: tracks, and detections that have none.
    """
    boxes = [sample.pred_track_instances.bboxes]
    for key in ('pred_instances', 'left_out_instances'):
        if key in sample:
            found = sample.get(key)
            boxes.append(found.bboxes[found.scores >= _BLUR_SCORE])
    return np.concatenate([each.cpu().numpy() for each in boxes])
