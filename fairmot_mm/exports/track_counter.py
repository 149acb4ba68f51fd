"""Counting the tracks that cross lines and zones."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fairmot_mm.exports.count_board import Count, CountBoard
from fairmot_mm.exports.import_supervision import import_supervision
from fairmot_mm.exports.tracked_frame import CountEvent, TrackedFrame, TrackedVideo
from fairmot_mm.utils.points import Points, require_extent, require_inside

if TYPE_CHECKING:
    from supervision import Detections

# Seconds for which the last place of a track that is lost is remembered.
_MEMORY = 30.0


class TrackCounter:
    """Counts where tracks cross lines, and enter and leave zones, by class.

    A track is where its feet are: in the middle of the lower edge of its box, as far as
    the box lies in the picture. supervision's ``LineZone`` and ``PolygonZone`` decide
    who crosses. ``in`` is from the right side of a line to its left side, seen from its
    first point towards its second, or into a zone; ``out`` is the other way. A track
    that begins inside of a zone has not crossed its border. A track that is lost is
    remembered at its last place for 30 seconds, so that it is counted if it is found
    again on the other side.

    Args:
        lines: Two points (x, y) for each line, in whole pixels of the frame.
        zones: Three or more points for each zone.

    Attributes:
        shapes: The points of each line and zone by its name: ``line-1``, ``zone-1``.

    Raises:
        ConfigError: A line or zone has no extent, or supervision is not installed.

    Example:
        >>> counter = TrackCounter(lines=[((0, 300), (1280, 300))])
        >>> for sample in inferencer('street.mp4'):
        ...     for event in counter.update(TrackedFrame.from_sample(sample)):
        ...         print(event)
    """

    def __init__(
        self, lines: Sequence[Points] = (), zones: Sequence[Points] = ()
    ) -> None:
        for line in lines:
            require_extent('line', line)
        for zone in zones:
            require_extent('polygon', zone)
        sv = import_supervision()
        feet = [sv.Position.BOTTOM_CENTER]
        self._lines = {
            f'line-{number}': sv.LineZone(
                sv.Point(*line[0]), sv.Point(*line[1]), triggering_anchors=feet
            )
            for number, line in enumerate(lines, 1)
        }
        self._zones = {
            f'zone-{number}': sv.PolygonZone(
                np.array(zone, np.int64), triggering_anchors=feet
            )
            for number, zone in enumerate(zones, 1)
        }
        names = [*self._lines, *self._zones]
        self.shapes = dict(zip(names, [*lines, *zones], strict=True))
        self._counts: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self._size: tuple[int, int] | None = None
        # The R tracks that are remembered, those of the last frame first.
        self._ids = self._labels = np.zeros(0, np.int64)
        self._xyxy = np.zeros((0, 4))
        self._times = np.zeros(0)
        self._inside = np.zeros((len(zones), 0), bool)

    @property
    def counts(self) -> list[Count]:
        """What was counted so far, by line or zone and class.

        A line or zone that nobody has come to has one row, of the first class.
        """
        rows = []
        for name in self.shapes:
            entered, left = self._counts[name, 'in'], self._counts[name, 'out']
            inside = self._counts[name, 'inside']
            for label in sorted({*entered, *left, *inside}) or [0]:
                now = inside[label] if name in self._zones else None
                rows.append(Count(name, label, entered[label], left[label], now))
        return rows

    def board(self, video: TrackedVideo) -> CountBoard:
        """Take down what was counted so far.

        Args:
            video: The video; it has the names of the classes.

        Returns:
            The counts with the names of their classes, and the lines and zones.

        Raises:
            DataError: A class has no name.
        """
        counts = (*self.counts,)
        classes = (*(video.class_name(count.label) for count in counts),)
        return CountBoard(self.shapes, counts, classes)

    def update(self, frame: TrackedFrame) -> list[CountEvent]:
        """Count in the next frame.

        Args:
            frame: The frame; it comes after the last one.

        Returns:
            Who crossed what in this frame.

        Raises:
            ConfigError: A point of a line or zone is not in the picture.
        """
        if frame.size != self._size:
            for name, points in self.shapes.items():
                require_inside(name, points, frame.size)
            self._size = frame.size
        ids_before, inside_before = self._ids, self._inside
        self._remember(frame)
        detections = self._detections()
        events = []
        for name, line in self._lines.items():
            crossed_in, crossed_out = line.trigger(detections)
            events += self._events(name, 'in', crossed_in)
            events += self._events(name, 'out', crossed_out)
        self._inside = np.zeros((len(self._zones), len(self._ids)), bool)
        _, now, before = np.intersect1d(self._ids, ids_before, return_indices=True)
        for row, (name, zone) in enumerate(self._zones.items()):
            inside = self._inside[row] = zone.trigger(detections)
            was_inside = inside.copy()
            was_inside[now] = inside_before[row, before]
            events += self._events(name, 'in', inside & ~was_inside)
            events += self._events(name, 'out', was_inside & ~inside)
            present = frame.labels[inside[: len(frame)]]
            self._counts[name, 'inside'] = Counter(present.tolist())
        return events

    def _remember(self, frame: TrackedFrame) -> None:
        """Put the tracks of a frame before those that were seen a short time ago."""
        width, height = frame.size
        # The feet stay within a line that ends at the edge of the picture.
        low, high = np.ones(4), np.array([width, height] * 2) - 2
        kept = ~np.isin(self._ids, frame.ids) & (frame.time - self._times <= _MEMORY)
        self._ids = np.concatenate([frame.ids, self._ids[kept]])
        self._labels = np.concatenate([frame.labels, self._labels[kept]])
        self._xyxy = np.concatenate([frame.xyxy.clip(low, high), self._xyxy[kept]])
        times = np.full(len(frame), frame.time)
        self._times = np.concatenate([times, self._times[kept]])

    def _detections(self) -> 'Detections':
        return import_supervision().Detections(
            xyxy=self._xyxy, class_id=self._labels, tracker_id=self._ids
        )

    def _events(
        self, name: str, direction: str, crossed: np.ndarray
    ) -> list[CountEvent]:
        """Count the tracks (R,) bool that crossed a line or zone."""
        labels = self._labels[crossed].tolist()
        self._counts[name, direction].update(labels)
        return [
            CountEvent(name, identity, label, direction)
            for identity, label in zip(self._ids[crossed].tolist(), labels, strict=True)
        ]
