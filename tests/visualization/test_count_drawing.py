import numpy as np

from fairmot_mm.visualization.count_drawing import draw_counts


def test_lines_and_zones():
    """They are drawn where they are, with their texts, and the rest stays."""
    canvas = np.zeros((360, 640, 3), np.uint8)
    shapes = {
        'line-1': ((100, 300), (300, 300)),
        'zone-1': ((400, 50), (600, 50), (600, 300), (400, 300)),
    }
    draw_counts(canvas, shapes, {'line-1': ['2 in'], 'zone-1': ['1 in', '3 out']})
    drawn = canvas.any(axis=2)
    assert drawn[300, 100:300].all()
    assert drawn[50, 400:600].all()
    assert drawn[50:300, 600].all()
    assert drawn[250:300, 145:160].any()  # the arrow inwards, above the line
    assert not drawn[303:310, 145:160].any()
    assert drawn[176:200, 501:530].any()
    assert not drawn[:, :90].any()
