import re

import cv2
import pytest

from fairmot_mm.utils import read_mot


def test_demo(run_tool, tmp_path, capsys):
    """The shipped model tracks a rendered street: scores, tracks, video, pictures."""
    run_tool('demo', '--num-frames', 5, '--out', tmp_path)
    out = capsys.readouterr().out
    assert all(
        f'\n  {name} ' in out for name in ('MOTA', 'IDF1', 'HOTA', 'id switches')
    )
    assert float(re.search(r'MOTA +([0-9.-]+) %', out)[1]) > 60
    assert read_mot(tmp_path / 'street-6.txt').frames.max() == 5
    assert (tmp_path / 'street-6.mp4').stat().st_size > 0
    assert cv2.imread(str(tmp_path / 'street-6.jpg')).shape == (352, 4 * 640, 3)


def test_video_of_no_frames(run_tool, tmp_path):
    """A value that cannot work is named in one line."""
    with pytest.raises(SystemExit, match='num_frames = 0 must be above 0'):
        run_tool('demo', '--num-frames', 0, '--out', tmp_path)
