"""One stream of a live view: its newest result, as a picture and in numbers."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any, NamedTuple

import cv2
import numpy as np
from mmdet.structures import DetDataSample

from fairmot_mm.exports.count_board import CountBoard
from fairmot_mm.exports.identity_counter import IdentityCounter
from fairmot_mm.utils.images import scale_image
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.result_picture import blurred_image, draw_result, frame_of
from fairmot_mm.visualization import TrackVisualizer

_QUALITY = 80  # of the JPEGs
_MAX_WIDTH = 1280  # pixels; what is wider is scaled
_MIN_PAUSE = 1 / 15  # seconds between two pictures


class _Shown(NamedTuple):
    """A result, its frame, and what was counted up to it."""

    frame: Frame
    sample: DetDataSample
    board: CountBoard | None


class LiveChannel:
    """Keeps the newest result of a stream, and draws it if somebody looks.

    `put` is called by the thread that tracks; all else belongs to the event loop.

    Args:
        name: Name of the stream.
        visualizer: Draws the results of this stream only.
        blur: How people are blurred, see `OutputOptions`; None: they are not.

    Attributes:
        num_viewers: Viewers at present.
        fresh: Set by the event loop when there is a new result.
    """

    def __init__(
        self, name: str, visualizer: TrackVisualizer, blur: str | None = None
    ) -> None:
        self.name, self.visualizer, self._blur = name, visualizer, blur
        self.num_viewers = 0
        self.fresh = asyncio.Event()
        self._newest: _Shown | None = None
        self._delay: float | None = None
        self._moments: deque[float] = deque(maxlen=30)
        self._identities = IdentityCounter()
        self._picture = b''
        self._number = 0  # of the picture
        self._changed = asyncio.Condition()
        self._drawing: asyncio.Task | None = None
        self._is_over = False

    def put(self, sample: DetDataSample, board: CountBoard | None = None) -> None:
        """Take the next result.

        Args:
            sample: Has ``frame`` and ``pred_track_instances``.
            board: What was counted up to this result; None if nothing is counted.

        Raises:
            DataError: The result has no frame any more.
        """
        frame = frame_of(sample)
        now = time.monotonic()
        self._delay = None if frame.arrived is None else now - frame.arrived
        self._moments.append(now)
        self._identities.update(sample.pred_track_instances.instances_id.numpy())
        self._newest = _Shown(frame, sample, board)

    def status(self) -> dict[str, Any]:
        """Say what the page shows in numbers.

        Returns:
            Plain values for JSON; None for what is not known.
        """
        newest = self._newest
        moments = [*self._moments]
        passed = moments[-1] - moments[0] if moments else 0.0
        return {
            'name': self.name,
            'people': newest and len(newest.sample.pred_track_instances),
            'total': int(self._identities.totals.sum()),
            'fps': round((len(moments) - 1) / passed, 1) if passed else None,
            'delay': None if self._delay is None else round(self._delay, 2),
            'frame': newest and int(newest.sample.frame_id) + 1,
            'viewers': self.num_viewers,
            'classes': newest and self._classes_now(newest.sample),
            'counts': newest and _count_rows(newest.board),
        }

    def _classes_now(self, sample: DetDataSample) -> list[dict[str, Any]]:
        """Number of tracks of each class now; empty if there is only one class."""
        names, tracks = self.visualizer.classes, sample.pred_track_instances
        if not names:
            return []
        counts = np.bincount(tracks.labels.numpy(), minlength=len(names)).tolist()
        pairs = zip(names, counts, strict=True)
        return [{'class': name, 'people': count} for name, count in pairs]

    async def pictures(self) -> AsyncGenerator[bytes, None]:
        """Give one viewer the newest picture, as often as the viewer asks for it.

        Yields:
            JPEGs, each of another frame, until the run is over.
        """
        if self._drawing is None:
            self._drawing = asyncio.create_task(self._draw_all())
        self.num_viewers += 1
        self.fresh.set()
        number: int | None = self._number
        try:
            while (number := await self._next_number(number)) is not None:
                yield self._picture
        finally:
            self.num_viewers -= 1

    async def _next_number(self, last: int | None) -> int | None:
        """Number of a picture after the last one that a viewer got; None at the end."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._is_over or self._number != last)
        return None if self._is_over else self._number

    async def end(self) -> None:
        """End the pictures of all viewers."""
        self._is_over = True
        if self._drawing is not None:
            self._drawing.cancel()
        async with self._changed:
            self._changed.notify_all()

    async def _draw_all(self) -> None:
        """Draw the newest result again and again, as long as somebody looks."""
        while True:
            await self.fresh.wait()
            self.fresh.clear()
            if self._newest is None or not self.num_viewers:
                continue
            self._picture = await asyncio.to_thread(self._draw, self._newest)
            async with self._changed:
                self._number += 1
                self._changed.notify_all()
            await asyncio.sleep(_MIN_PAUSE)

    def _draw(self, shown: '_Shown') -> bytes:
        """The JPEG of a result."""
        image = blurred_image(shown.frame.image, shown.sample, self._blur)
        tracks = shown.sample.pred_track_instances
        drawn = draw_result(image, tracks, self.visualizer, shown.board)
        height, width = drawn.shape[:2]
        if width > _MAX_WIDTH:
            drawn = scale_image(drawn, _MAX_WIDTH, round(height * _MAX_WIDTH / width))
        _, jpeg = cv2.imencode('.jpg', drawn, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        return jpeg.tobytes()


def _count_rows(board: CountBoard | None) -> list[dict[str, Any]]:
    """The counts for JSON; empty if nothing is counted."""
    if board is None:
        return []
    return [
        {
            'line': count.line,
            'class': name,
            'in': count.entered,
            'out': count.left,
            'inside': count.inside,
        }
        for count, name in zip(board.counts, board.classes, strict=True)
    ]
