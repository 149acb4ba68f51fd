"""Candidate pictures show boxes, pairs and labels."""

import numpy as np

from fairmot_mm.visualization import Link, draw_candidates
from fairmot_mm.visualization.track_visualizer import identity_colors

TRACKS = (np.array([[20.0, 60, 60, 160], [220, 60, 260, 160]]), np.array([3, 8]))
FOUND = (np.array([[120.0, 60, 160, 160]]), ['detection 0'])


def draw(links, size=(200, 300)):
    image = np.full((*size, 3), 100, np.uint8)
    drawn = draw_candidates(image, TRACKS, FOUND, links, 'Frame 1')
    assert (image == 100).all()
    return drawn


def has(drawn, color, region):
    """Whether a region has about this colour; smooth lines are a little paler."""
    return (np.abs(drawn[region].astype(int) - color).max(axis=-1) < 30).any()


def test_boxes_and_lines():
    """Tracks have their colours, the detection is white, lines are green or red."""
    drawn = draw([Link(0, 0, True, '0.10'), Link(1, 0, False, '0.70')])
    for box, color in zip(TRACKS[0], identity_colors(TRACKS[1]), strict=True):
        assert (drawn[150, int(box[0])] == color).all()
    assert (drawn[140, 120] == 255).all()
    between = np.s_[105:116, 70:110], np.s_[105:116, 170:210]
    assert has(drawn, (80, 200, 60), between[0])
    assert not has(drawn, (80, 200, 60), between[1])
    assert has(drawn, (60, 60, 230), between[1])
    assert (drawn[:8, :8] != 100).any()


def test_frame_without_candidates():
    """Only the header is drawn on a frame without candidates."""
    empty = (np.zeros((0, 4)), np.zeros(0, int)), (np.zeros((0, 4)), [])
    image = np.full((100, 200, 3), 100, np.uint8)
    drawn = draw_candidates(image, *empty, [], 'Frame 1')
    assert (drawn[60:] == 100).all()
    assert (drawn[:8, :8] != 100).any()
