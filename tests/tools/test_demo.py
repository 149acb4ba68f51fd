import re

import cv2
import numpy as np
import pytest

from fairmot_mm.evaluation import OVERALL, SequenceTracks, evaluate_sequences
from fairmot_mm.utils import read_mot
from fairmot_mm.video.frame_source import open_source


def test_demo(run_tool, tmp_path, capsys):
    """The shipped model tracks a rendered street: scores, tracks, video, pictures."""
    run_tool('demo', '--num-frames', 6, '--out', tmp_path)
    tracks = read_mot(tmp_path / 'street-6.txt')
    truth = read_mot(tmp_path / 'data' / 'street-6' / 'gt' / 'gt.txt')
    scores = evaluate_sequences([SequenceTracks('street-6', truth, tracks, 6)])[OVERALL]
    assert scores['MOTA'] > 0.6
    printed = capsys.readouterr().out
    for name in ('MOTA', 'IDF1', 'HOTA'):
        shown = re.search(rf'{name} +([0-9.]+) %', printed)[1]
        assert shown == f'{100 * scores[name]:.1f}'
    video = [frame.image for frame in open_source(tmp_path / 'street-6.mp4').frames]
    assert len(video) == 6
    strip = cv2.imread(str(tmp_path / 'street-6.jpg'))
    assert strip.shape == (352, 4 * 640, 3)
    np.testing.assert_allclose(
        np.stack(np.hsplit(strip, 4)).mean((1, 2)),
        np.stack(video[1:5]).mean((1, 2)),
        atol=1,
    )


def test_video_of_no_frames(run_tool, tmp_path):
    """A value that cannot work is named in one line."""
    with pytest.raises(SystemExit, match='num_frames=0 must be above 0'):
        run_tool('demo', '--num-frames', 0, '--out', tmp_path)
