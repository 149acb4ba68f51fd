"""The soak of a live stream, without the stream."""

import importlib.util
import json
from pathlib import Path

import pytest

FILE = Path(__file__).parents[3] / 'tools' / 'dev' / 'soak_live.py'


@pytest.fixture(scope='module')
def soak():
    spec = importlib.util.spec_from_file_location('soak_live', FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_flat(soak):
    """Memory that grows with the frames is told from memory that settles early."""
    marks = [
        [soak.Mark(k, k, k, 500.0 + per_mark * k + 30 * (k > 1), 9) for k in range(20)]
        for per_mark in (0.0, 2.0)
    ]
    assert soak.growth(marks[0]) == pytest.approx(0)
    assert soak.growth(marks[1]) > soak.FLAT


def test_lines_of_segments(soak, tmp_path):
    """Tracked frames are counted while segments grow and follow each other."""
    lines = soak.Lines(tmp_path)
    lines.update()
    assert lines.count == 0
    for number in range(1, 8):
        path = tmp_path / f'door-a_{1 + number // 3:04d}.jsonl'
        with path.open('a') as file:
            video = path.stem
            file.write(json.dumps({'video': video, 'frame': 2 * number}) + '\n')
        lines.update()
        assert lines.count == number
    assert (lines.segments, lines.frame, lines.name) == (3, 14, 'door-a')
