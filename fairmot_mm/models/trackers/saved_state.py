"""Turning what a tracker knows into plain values and tensors, and back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import numpy as np
import torch

from fairmot_mm.models.trackers.track_table import TrackTable
from fairmot_mm.models.trackers.video_state import FrameInfo, VideoState
from fairmot_mm.utils import DataError

# Grows whenever the meaning of a saved state changes.
VERSION = 1


def save_video(video: VideoState) -> dict[str, Any]:
    """Write what a tracker knows about a video.

    Args:
        video: The video up to a frame.

    Returns:
        Plain values and tensors that share no memory with the tracker.
    """
    tracks = video.tracks
    return {
        'tracks': None if tracks is None else _save_columns(tracks),
        'num_frames': int(video.num_frames),
        'num_ids': int(video.num_ids),
        'num_coasted': int(video.num_coasted),
        'last': None if video.last is None else list(video.last),
    }


def load_video(state: Mapping[str, Any], like: TrackTable) -> VideoState:
    """Read what `save_video` has written.

    Args:
        state: What was written.
        like: A table without tracks, of the motion model of the tracker; its columns
            have the types and the shapes that are expected.

    Returns:
        The video.

    Raises:
        DataError: A value is missing or cannot be used.
    """
    with damage_is_explained():
        last = None if state['last'] is None else _load_info(state['last'])
        columns = state['tracks']
        return VideoState(
            tracks=None if columns is None else _load_columns(columns, like),
            num_frames=_count(state, 'num_frames'),
            num_ids=_count(state, 'num_ids'),
            num_coasted=_count(state, 'num_coasted'),
            last=last,
        )


@contextmanager
def damage_is_explained() -> Iterator[None]:
    """Turn what happens where values are missing or of a wrong kind into one line.

    Raises:
        DataError: The state that the body reads is damaged.
    """
    try:
        yield
    except DataError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f'the state of the tracker is damaged: {type(error).__name__} {error}'
        ) from error


def tensors(arrays: Mapping[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """Copy arrays to tensors.

    Args:
        arrays: Arrays by name.

    Returns:
        Tensors by name.
    """
    return {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}


def _save_columns(tracks: TrackTable) -> dict[str, torch.Tensor]:
    return tensors({c.name: getattr(tracks, c.name) for c in fields(TrackTable)})


def _load_columns(columns: Mapping[str, torch.Tensor], like: TrackTable) -> TrackTable:
    names = [column.name for column in fields(TrackTable)]
    arrays = {name: columns[name].cpu().numpy().copy() for name in names}
    count, channels = len(arrays['ids']), arrays['embeds'].shape[1]
    for name, array in arrays.items():
        example = getattr(like, name)
        inner = example.shape[1:]
        if name in ('embeds', 'recent_embeds'):  # the model decides on the channels
            inner = (*inner[:-1], channels)
        if array.dtype != example.dtype or array.shape != (count, *inner):
            raise DataError(
                f'the state of the tracker has {name} {array.shape} {array.dtype}, and '
                f'not {(count, *inner)} {example.dtype}: it is damaged, or of another '
                'motion model'
            )
    return TrackTable(**arrays)


def _load_info(values: list[Any]) -> FrameInfo:
    frame_id, frame_rate, exact_rate, size, time = values
    return FrameInfo(
        frame_id, frame_rate, exact_rate, None if size is None else tuple(size), time
    )


def _count(state: Mapping[str, Any], name: str) -> int:
    value = state[name]
    if not isinstance(value, int) or value < 0:
        raise DataError(f'the state of the tracker is damaged: {name}={value!r}')
    return value
