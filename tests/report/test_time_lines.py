import numpy as np

from fairmot_mm.report.time_lines import (
    hex_color,
    people_time_line,
    plain_time_line,
    tracks_time_line,
)


def texts(trace):
    return list(trace.hovertext)


def events(figure, name):
    return next(list(trace.hovertext) for trace in figure.data if trace.name == name)


def test_people(eventful):
    """Bars for tracks and misses, a cross for the switch, a circle for the fragment."""
    figure = people_time_line(eventful)
    bars = texts(figure.data[0])
    assert bars == [
        'person 5, frames 1 to 3: track 1',
        'person 5, frames 4 to 5: missed',
        'person 5, frames 6 to 8: track 2',
        'person 6, frames 1 to 5: missed',
        'person 6, frame 6: track 4',
    ]
    assert events(figure, 'switch') == ['person 5, frame 6: switch from track 1 to 2']
    assert events(figure, 'fragment') == [
        'person 5, frame 4: fragment: missed in frames 4 to 5'
    ]
    assert list(figure.layout.yaxis.ticktext) == ['person 5', 'person 6']


def test_a_bar_covers_its_frames(eventful):
    """Frame 6 begins at 5.5 and ends at 6.5."""
    bars = people_time_line(eventful).data[0]
    ends = np.array(bars.base) + np.array(bars.x)
    assert [bars.base[2], ends[2]] == [5.5, 8.5]
    assert [bars.base[4], ends[4]] == [5.5, 6.5]


def test_tracks(eventful):
    """False boxes, gaps, both sides of the switch, and who was lost for a while."""
    figure = tracks_time_line(eventful)
    assert set(texts(figure.data[0])) == {
        'track 1, frames 1 to 3: person 5',
        'track 2, frames 6 to 8: person 5',
        'track 3, frame 3: false: follows nobody',
        'track 3, frame 5: false: follows nobody',
        'track 3, frame 4: gap: the track has no box',
        'track 4, frame 6: person 6',
    }
    assert events(figure, 'switch') == [
        'track 2, frame 6: switch: takes person 5 from track 1',
        'track 1, frame 3: switch: loses person 5 to track 2',
    ]
    assert events(figure, 'fragment') == [
        'track 1, frame 3: fragment: person 5 is missed in frames 4 to 5'
    ]


def test_tracks_without_ground_truth():
    """Each track has its bars and gaps; the frames have the numbers of the files."""
    ids, places = np.array([1, 1, 2]), np.array([0, 2, 1])
    figure = plain_time_line(ids, places, np.array([10, 20, 30]))
    assert set(texts(figure.data[0])) == {
        'track 1, frame 10: boxes',
        'track 1, frame 20: gap: the track has no box',
        'track 1, frame 30: boxes',
        'track 2, frame 20: boxes',
    }


def test_nothing_to_draw(make_outcomes):
    """A sequence without boxes has an empty time line."""
    outcomes = make_outcomes([], [], num_frames=5)
    for draw in (people_time_line, tracks_time_line):
        assert len(draw(outcomes).data[0].y) == 0


def test_colors_are_those_of_videos():
    """Red, green, blue, as HTML writes them."""
    assert hex_color(1) != hex_color(2)
    assert len(hex_color(1)) == 7
    assert hex_color(0) == '#ff0000'
