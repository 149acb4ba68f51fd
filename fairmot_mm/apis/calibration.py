"""Frames that a network is quantized with, spread evenly over a source."""

import copy
from dataclasses import replace
from typing import Any

import numpy as np

from fairmot_mm.apis.preparation import Preparation, collate
from fairmot_mm.models import FairMOT
from fairmot_mm.utils import DataError
from fairmot_mm.video.frame_source import Source, open_source


def read_frames(model: FairMOT, source: Source, count: int) -> list[dict[str, Any]]:
    """Read frames that lie evenly in a source.

    Args:
        model: A `FairMOT`, whose config prepares the frames.
        source: See `open_source`.
        count: Number of frames; fewer if the source is short.

    Returns:
        The frames, as `collate` gives one frame.

    Raises:
        DataError: The source does not say how long it is.
        VideoError: See `open_source`.
    """
    opened = open_source(source)
    if opened.length is None:
        raise DataError(
            f'{opened.name} does not say how many frames it has: give a file or folder'
        )
    wanted = min(opened.length, count)
    chosen = {opened.length * place // wanted for place in range(wanted)}
    frames = (frame for k, frame in enumerate(opened.frames) if k in chosen)
    prepared = Preparation(model.cfg)(replace(opened, frames=frames))
    return [collate([frame]) for frame in prepared]


def preprocess(model: FairMOT, frame: dict[str, Any]) -> dict[str, Any]:
    """Give a frame the form in which the network takes it.

    Args:
        model: A `FairMOT`.
        frame: One of `read_frames`; not changed.

    Returns:
        ``inputs`` (1, 1, 3, H, W) float32 RGB in [0, 1], and ``data_samples``.
    """
    data: dict[str, Any] = model.data_preprocessor(copy.deepcopy(frame), False)
    return data


def network_input(model: FairMOT, frame: dict[str, Any]) -> np.ndarray:
    """Make the image of a frame that the network takes.

    Args:
        model: A `FairMOT`.
        frame: One of `read_frames`; not changed.

    Returns:
        (1, 3, H, W) float32 RGB in [0, 1].
    """
    image: np.ndarray = preprocess(model, frame)['inputs'].flatten(0, 1).numpy()
    return image
