from dataclasses import replace

import numpy as np
import pytest

from fairmot_mm.exports import TrackCounter, TrackedFrame
from fairmot_mm.synthetic import SyntheticScene
from fairmot_mm.utils import ConfigError

pytest.importorskip('supervision')
# From the top to the bottom in the middle of a frame of 100x80 pixels.
LINE = ((50, 0), (50, 80))


def walk(make_frame, xs, y=40, identity=1, label=0):
    """Frames of a person of 10x20 pixels whose feet are at (x, y); None is a gap."""
    for index, x in enumerate(xs):
        tracks = [] if x is None else [(identity, label, x - 5, y - 20, 10, 20)]
        yield make_frame(index, *tracks)


def count(counter, frames):
    return [
        (frame.number, event.line, event.identity, event.direction)
        for frame in frames
        for event in counter.update(frame)
    ]


def test_directions(make_frame):
    """To the left of the line's own direction is in, to its right is out."""
    counter = TrackCounter([LINE])
    frames = walk(make_frame, [40, 45, 55, 60, 45, 40], identity=7, label=1)
    assert count(counter, frames) == [(3, 'line-1', 7, 'in'), (5, 'line-1', 7, 'out')]
    assert counter.counts == [('line-1', 1, 1, 1, None)]
    back = TrackCounter([LINE[::-1]])
    assert count(back, walk(make_frame, [40, 60])) == [(2, 'line-1', 1, 'out')]


def test_a_line_ends(make_frame):
    """Who passes beside a line does not cross it."""
    counter = TrackCounter([((50, 0), (50, 30))])
    assert count(counter, walk(make_frame, [40, 60], y=40)) == []
    assert count(counter, walk(make_frame, [40, 60], y=25)) == [(2, 'line-1', 1, 'in')]
    assert counter.counts == [('line-1', 0, 1, 0, None)]


def test_feet_below_the_picture(make_frame):
    """The lowest place in the picture is within a line that ends at its edge."""
    counter = TrackCounter([LINE])
    assert len(count(counter, walk(make_frame, [40, 60], y=95))) == 1


def test_lost_on_the_line(make_frame):
    """A track that is found again on the other side has crossed the line.

    After more than 30 seconds it is not known any more where it came from.
    """
    gap = [None] * 100
    counter = TrackCounter([LINE])
    frames = walk(make_frame, [40, *gap, 60])
    assert count(counter, frames) == [(102, 'line-1', 1, 'in')]
    counter = TrackCounter([LINE])
    assert count(counter, walk(make_frame, [40, *gap * 4, 60])) == []


def test_zone(make_frame):
    """Who comes in and goes out is counted; who begins inside has not come in."""
    zone = ((30, 0), (60, 0), (60, 60), (30, 60))
    counter = TrackCounter(zones=[zone])
    frames = walk(make_frame, [20, 40, None, None, 45, 70])
    assert count(counter, frames) == [(2, 'zone-1', 1, 'in'), (6, 'zone-1', 1, 'out')]
    assert counter.counts == [('zone-1', 0, 1, 1, 0)]
    counter = TrackCounter(zones=[zone])
    assert count(counter, walk(make_frame, [40, 50])) == []
    assert counter.counts == [('zone-1', 0, 0, 0, 1)]


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (dict(lines=[((5, 5), (5, 5))]), 'the line has no length'),
        (dict(lines=[((5, 5), (6, 6), (7, 7))]), 'a line has two points, not 3'),
        (dict(zones=[((0, 0), (5, 5), (9, 9))]), 'the polygon has no area'),
        (dict(zones=[((0, 0), (5, 5))]), 'three points or more, not 2'),
        (dict(zones=[((0, 0), (5.5, 0), (9, 9))]), 'not a whole number'),
        (dict(lines=[((0, -1), (5, 5))]), 'must be at least 0'),
    ],
)
def test_what_counts_nothing(arguments, message):
    """A line or zone that nobody can cross is refused, not rounded."""
    with pytest.raises(ConfigError, match=message):
        TrackCounter(**arguments)


def test_outside_of_the_picture(make_frame):
    """A line for another size of the picture is refused with both."""
    counter = TrackCounter([((0, 40), (640, 40))])
    with pytest.raises(
        ConfigError, match=r'line-1: the point 640,40 is not .*100 pixels wide and 80'
    ):
        counter.update(make_frame(0))


@pytest.fixture(scope='module')
def street():
    """Ground truth of a rendered street, frame by frame."""
    scene = SyntheticScene(seed=3, num_people=12, width=320, height=176, num_frames=90)
    return [
        TrackedFrame(
            index + 1,
            index,
            index / scene.frame_rate,
            (scene.width, scene.height),
            '',
            rows.ids,
            rows.ids % 2,
            rows.marks,
            rows.tlwh,
            rows.visibility,
        )
        for index, (_, rows) in enumerate(scene.frames())
    ]


def crossings(street, is_in):
    """Times that each class goes from outside to inside, and back.

    `is_in` tells from the feet (x, y), limited to the picture, who is inside.
    """
    known, entered, left = {}, [0, 0], [0, 0]
    for frame in street:
        x = np.clip(frame.tlwh[:, [0, 0]] + [[0, 1]] * frame.tlwh[:, 2:3], 1, 318)
        y = np.clip(frame.tlwh[:, 1] + frame.tlwh[:, 3], 1, 174)
        inside = is_in(x.mean(axis=1), y)
        for identity, label, now in zip(frame.ids, frame.labels, inside, strict=True):
            before = known.get(identity, now)
            entered[label] += now and not before
            left[label] += before and not now
            known[identity] = now
    return entered, left


def test_counts_of_a_rendered_street(street):
    """At lines and in zones the counts are those of the ground truth, by class."""
    lines = [((160, 0), (160, 176)), ((100, 0), (220, 176))]
    zone = ((80, 90), (240, 90), (240, 150), (80, 150))
    counter = TrackCounter(lines, [zone])
    events = [event for frame in street for event in counter.update(frame)]
    truths = {
        'line-1': crossings(street, lambda x, y: x > 160),
        'line-2': crossings(street, lambda x, y: (x - 100) * 176 > y * 120),
        'zone-1': crossings(
            street,
            lambda x, y: (
                (np.rint(x) >= 80)
                & (np.rint(x) <= 240)
                & (np.rint(y) >= 90)
                & (np.rint(y) <= 150)
            ),
        ),
    }
    for name, (entered, left) in truths.items():
        rows = {row.label: row for row in counter.counts if row.line == name}
        assert sum(entered) + sum(left) > 3  # people do cross
        assert [rows[label].entered for label in (0, 1)] == entered, name
        assert [rows[label].left for label in (0, 1)] == left, name
    assert len(events) == sum(row.entered + row.left for row in counter.counts)


def test_memory(street):
    """What is remembered does not grow with the number of people that have passed."""
    counter = TrackCounter([((160, 0), (160, 176))], [((0, 0), (9, 0), (9, 9))])
    frame = street[0]
    for index in range(0, 1000, 10):
        ids = frame.ids + 100 * index
        counter.update(replace(frame, index=index, time=index / 10.0, ids=ids))
    assert len(counter._ids) <= 31 * len(frame)
