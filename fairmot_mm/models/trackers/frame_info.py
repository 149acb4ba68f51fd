"""What a tracker needs to know about a frame besides its detections."""

import math
import operator
from typing import NamedTuple

from mmdet.structures import DetDataSample

from fairmot_mm.utils import DataError


class FrameInfo(NamedTuple):
    """Number, rate and size of a frame.

    Attributes:
        frame_id: Index of the frame within the video, from 0.
        frame_rate: Frames a second.
        size: Width and height in pixels; None if the data sample does not say.
    """

    frame_id: int
    frame_rate: float
    size: tuple[int, int] | None

    @classmethod
    def from_data_sample(cls, data_sample: DetDataSample) -> 'FrameInfo':
        """Read and check the metainfo of a data sample.

        Args:
            data_sample: Metainfo: `frame_id`; `frame_rate` (30 if absent); `ori_shape`
                (height, width) in pixels, needed where the size of frames may change.

        Returns:
            The values.

        Raises:
            DataError: `frame_id` is missing or negative, or `frame_rate` is not above
                0.
        """
        metainfo = data_sample.metainfo
        if 'frame_id' not in metainfo:
            raise DataError(
                'the data sample has no `frame_id`: give the index of the frame in its '
                'video, from 0, in the metainfo'
            )
        try:
            frame_id = operator.index(metainfo['frame_id'])
        except TypeError:
            frame_id = -1
        if frame_id < 0:
            raise DataError(
                f'frame_id={metainfo["frame_id"]} of the data sample must be a whole '
                'number from 0'
            )
        frame_rate = float(metainfo.get('frame_rate', 30))
        if not (math.isfinite(frame_rate) and frame_rate > 0):
            raise DataError(
                f'frame_rate={frame_rate} of the data sample must be above 0'
            )
        height, width = metainfo.get('ori_shape', (0, 0))[:2]
        return cls(frame_id, frame_rate, (width, height) if width and height else None)
