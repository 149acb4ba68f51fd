import json
from fractions import Fraction
from pathlib import Path

import av
import pytest

from fairmot_mm.synthetic import SyntheticScene
from fairmot_mm.video.video_writer import VideoWriter

CONFIG = Path(__file__).parents[3] / (
    'configs/fairmot/fairmot_dla34-conv-small_1xb4-10e_synthetic.py'
)


@pytest.fixture
def video(tmp_path):
    writer = VideoWriter(tmp_path / 'street.mp4', Fraction(25))
    for image, _ in SyntheticScene(1, 4, width=96, height=64, num_frames=7).frames():
        writer.write(image)
    writer.close()
    return tmp_path / 'street.mp4'


def test_rounds_make_one_long_video(load_main, video, tmp_path, capsys):
    """Seven frames give twenty, in both files; memory and time at every mark."""
    path = tmp_path / 'numbers.json'
    options = ['--frames', '20', '--every', '10', '--out', str(tmp_path / 'out')]
    main = load_main('long_run')
    main([str(CONFIG), '--input', str(video), *options, '--json', str(path)])
    rows = json.loads(path.read_text())
    assert [row['frames'] for row in rows] == [10, 20, 'files written']
    assert all(row['rss_mb'] > 50 for row in rows)
    assert all(row['ms_per_frame'] > 0 for row in rows[:2])
    assert 'ms_per_frame' in capsys.readouterr().out
    with av.open(str(tmp_path / 'out' / 'loop.mp4')) as container:
        assert container.streams.video[0].frames == 20


def test_too_few_frames(load_main, video):
    """One measurement compares nothing."""
    arguments = [str(CONFIG), '--input', str(video), '--frames', '10', '--every', '6']
    with pytest.raises(SystemExit, match='--every 6 must be'):
        load_main('long_run')(arguments)
