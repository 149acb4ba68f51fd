import pytest

from fairmot_mm.benchmark.measure import compare_tracks, summarize

ROW = '{},{},10.0,20.0,30.0,{},1,-1,-1,-1\n'


@pytest.fixture
def write(tmp_path):
    """Write a MOT file of (frame, id, height) rows."""

    def write(name, rows):
        path = tmp_path / name
        path.write_text(''.join(ROW.format(*row) for row in rows))
        return path

    return write


def test_same_tracks(write):
    """Equal but for a hundredth of a pixel at one edge."""
    first = write('a', [(1, 1, 50.0), (2, 1, 60.0)])
    second = write('b', [(2, 1, 60.01), (1, 1, 50.0)])
    found = compare_tracks(first, second)
    assert found['same'] == 1
    assert found['px'] == pytest.approx(0.01)
    assert (found['rows'], found['other_rows']) == (2, 2)


def test_other_tracks(write):
    """An exchanged identity and a lost row: one of four keys is shared."""
    first = write('a', [(1, 1, 50.0), (2, 1, 50.0), (3, 1, 50.0)])
    second = write('b', [(1, 1, 50.0), (2, 2, 50.0)])
    assert compare_tracks(first, second)['same'] == 1 / 4


def test_other_places(write):
    """The same identity at another place is not the same track."""
    first = write('a', [(1, 1, 50.0), (2, 1, 50.0)])
    second = write('b', [(1, 1, 50.0), (2, 1, 950.0)])
    found = compare_tracks(first, second)
    assert (found['same'], found['px']) == (1 / 2, 0)


def test_no_tracks(write):
    """Two empty files are the same; one that is empty has nothing of the other."""
    empty, full = write('a', []), write('b', [(1, 1, 50.0)])
    assert compare_tracks(empty, empty)['same'] == 1
    assert compare_tracks(empty, full)['same'] == 0


def test_numbers():
    """Percentiles are interpolated."""
    found = summarize([1.0, 2.0, 3.0, 4.0, 100.0])
    assert (found['count'], found['median_ms'], found['mean_ms']) == (5, 3.0, 22.0)
    assert found['p95_ms'] == pytest.approx(80.8)
