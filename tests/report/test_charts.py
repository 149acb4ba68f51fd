import numpy as np
import pytest

from fairmot_mm.evaluation.box_conditions import SIZE, BinCounts
from fairmot_mm.report.charts import (
    condition_chart,
    difference_chart,
    errors_chart,
    hota_chart,
    lengths_chart,
    people_chart,
    speed_chart,
)

EVIL = '<a href="javascript:1">x</a>'


def test_recall_in_per_cent():
    """A bar for each bin; a bin without boxes has no number."""
    counts = BinCounts(np.array([0, 4, 4, 4, 2]), np.array([0, 1, 2, 3, 2]))
    (bars,) = condition_chart(SIZE, {'A': counts}, 'people').data
    assert list(bars.text) == ['', '25', '50', '75', '100']
    assert list(bars.x) == list(SIZE.labels)


def test_lengths():
    """Every track is counted in one bar, the longest in the last."""
    lengths = np.array([1, 1, 5, 100])
    truth, bars = lengths_chart(np.array([100]), {'A': lengths}).data
    assert sum(bars.y) == 4
    assert bars.y[0] == 3
    assert bars.y[-1] == truth.y[-1] == 1
    assert bars.x[0] == '1-8'
    assert bars.x[-1].endswith('-100')


def test_lengths_of_one_frame():
    """Tracks of a single frame have one bar."""
    (bars,) = lengths_chart(None, {'A': np.array([1, 1])}).data
    assert (list(bars.x), list(bars.y)) == (['1'], [2])


def test_differences_have_the_colour_of_the_worse_run():
    """Frames with more errors in the first run go down, the others up."""
    frames = np.arange(1, 4)
    first, second = difference_chart(frames, np.array([2, 0, -3]), ['A', 'B']).data
    assert (first.name, list(first.y)) == ('more errors in A', [0, 0, -3])
    assert (second.name, list(second.y)) == ('more errors in B', [2, 0, 0])


@pytest.mark.parametrize(
    'draw',
    [
        lambda run: people_chart(
            np.arange(2), None, {run: np.ones(2), 'B': np.ones(2)}
        ),
        lambda run: lengths_chart(None, {run: np.ones(2), 'B': np.ones(2)}),
        lambda run: difference_chart(np.arange(2), np.ones(2), [run, 'B']),
        lambda run: speed_chart({run: dict(median_ms=1.0, p95_ms=2.0)}),
        lambda run: hota_chart(
            {
                name: dict.fromkeys(('HOTA', 'DetA', 'AssA'), np.ones(2))
                for name in (run, 'B')
            },
            np.ones(2),
        ),
        lambda run: condition_chart(
            SIZE, dict.fromkeys((run, 'B'), BinCounts(np.ones(5), np.ones(5))), 'people'
        ),
    ],
)
def test_names_are_escaped(draw):
    """Plotly reads tags in names, so that none may remain."""
    text = draw(EVIL).to_json()
    assert '<a' not in text
    assert '&lt;a' in text


def test_errors_are_a_stack():
    """Three kinds of errors, one upon the other."""
    errors = {name: np.ones(2) for name in ('missed', 'false', 'switches')}
    figure = errors_chart(np.arange(2), errors)
    assert [bars.name for bars in figure.data] == ['missed', 'false', 'switches']
    assert figure.layout.barmode == 'stack'
