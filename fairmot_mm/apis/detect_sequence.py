"""Running the network on a sequence, without tracking."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import torch

from fairmot_mm.apis.eval_mode import eval_mode
from fairmot_mm.apis.preparation import (
    Preparation,
    batched,
    collate,
    frames_on_cpu,
)
from fairmot_mm.evaluation import DetectedSequence
from fairmot_mm.models import FairMOT
from fairmot_mm.utils import MOTRows, SequenceInfo
from fairmot_mm.utils.contracts import require_whole
from fairmot_mm.video.frame_source import open_source

_FIELDS = ('bboxes', 'scores', 'labels', 'embeds')


def detect_sequence(
    model: FairMOT,
    folder: str | Path,
    batch_size: int = 1,
    on_frame: Callable[[], object] = lambda: None,
) -> DetectedSequence:
    """Detect and embed all objects in a MOTChallenge sequence, without tracking.

    Args:
        model: A model of `init_model`; its tracker is not used.
        folder: Sequence folder, with ground truth or without.
        batch_size: Number of frames that pass through the network together.
        on_frame: Called after every frame, for a progress bar.

    Returns:
        The detections above the threshold of the box head (N in all frames together),
        the image files, and the ground truth, which has no row if the folder has no
        ``gt/gt.txt``. ``bboxes`` (N, 4) are xyxy in pixels of the frame, ``scores`` and
        ``labels`` (N,), ``embeds`` (N, C) of length 1.

    Raises:
        ConfigError: ``batch_size`` is not a whole number above 0.
        DataError: Images or ground truth are missing or malformed.
    """
    require_whole(low=1, batch_size=batch_size)
    info = SequenceInfo.read(folder)
    gt = info.read_ground_truth() if info.gt_file.is_file() else _no_rows()
    prepare = Preparation(model.cfg)
    source = open_source(Path(folder), scale=prepare.scale)
    frames = []
    with closing(prepare.ahead(source, 2 * batch_size)) as ahead:
        for batch in batched(ahead, batch_size):
            with eval_mode(model):
                detected = model.detect(collate(batch))
            for sample in frames_on_cpu(detected['data_samples']):
                frames.append(sample.pred_instances)
                on_frame()
    columns = {
        name: torch.cat([frame[name] for frame in frames]).numpy() for name in _FIELDS
    }
    return DetectedSequence(
        name=info.name,
        frame_rate=max(1, round(info.frame_rate)),  # as `TrackInferencer` reads it
        ori_shape=(info.height, info.width),
        gt=gt,
        starts=np.cumsum([0, *map(len, frames)]),
        images=tuple(info.images),
        frames=info.frames,
        **columns,
    )


def _no_rows() -> MOTRows:
    """A MOT file without a row."""
    none = np.zeros(0, dtype=np.int64)
    return MOTRows.of_pedestrians(none, none, np.zeros((0, 4)))
