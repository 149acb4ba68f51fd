from dataclasses import replace

import cv2
import numpy as np
import pytest

from fairmot_mm.evaluation import load_detections, save_detections
from fairmot_mm.utils import MOTRows


@pytest.fixture
def main(load_main):
    return load_main('explain_switch')


@pytest.fixture(scope='module')
def switching(noisy, tmp_path_factory):
    """A person stands still, then jumps, with another embedding from frame 5 on.

    The images are those of a synthetic sequence, 192 x 128 pixels.
    """
    sequence = load_detections(noisy / 'a.npz')
    count = sequence.num_frames
    left = np.where(np.arange(count) < 4, 20.0, 60.0)
    tlwh = np.column_stack([left, *(np.full(count, v) for v in (30.0, 30.0, 80.0))])
    ones = np.ones(count)
    whole = ones.astype(int)
    embeds = np.where(np.arange(count)[:, None] < 4, [[1, 0]], [[0, 1]]).astype('f4')
    path = tmp_path_factory.mktemp('switching') / 'a.npz'
    made = replace(
        sequence,
        gt=MOTRows(np.arange(1, count + 1), whole, tlwh, ones, whole, ones),
        starts=np.arange(count + 1),
        bboxes=np.column_stack([tlwh[:, :2], tlwh[:, :2] + tlwh[:, 2:]]).astype('f4'),
        scores=np.full(count, 0.9, 'f4'),
        labels=0 * whole,
        embeds=embeds,
    )
    save_detections(path, made)
    return path


def test_lists_the_switches(main, switching, capsys):
    """Number, frame, person, both identities and the last frame of the old one."""
    main([str(switching)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ['switch', 'frame', 'person', 'old', 'new', 'last_frame']
    assert [line.split() for line in lines[2:]] == [['1', '6', '1', '1', '2', '4']]


def test_explains_a_switch(main, switching, tmp_path, capsys):
    """The frame of birth is found, one before it shows; text and picture say why not.

    The track is in its frame, but far away and has another embedding.
    """
    main([str(switching), '--switch', '1', '--out', str(tmp_path)])
    text = (tmp_path / 'a-switch1.txt').read_text()
    assert text in capsys.readouterr().out
    assert 'person 1 was track 1 until frame 4 and is track 2 from frame 6' in text
    assert 'Frame 5: detection 0 began track 2' in text
    assert '-> track 1 (tracked) did not get it: embeds: outside the gate' in text
    image = cv2.imread(str(tmp_path / 'a-switch1.png'))
    assert image.shape == (128, 192, 3)


def test_frames_by_their_numbers(main, switching, capsys):
    """Images 100, 110, ...: switches, texts and --frame have these numbers."""
    sequence = load_detections(switching)
    numbers = 100 + 10 * np.arange(sequence.num_frames)
    gt = replace(sequence.gt, frames=numbers[sequence.gt.frames - 1])
    path = switching.with_name('numbered.npz')
    save_detections(path, replace(sequence, gt=gt, frames=numbers))
    main([str(path), '--switch', '1'])
    out = capsys.readouterr().out
    assert 'was track 1 until frame 130 and is track 2 from frame 150' in out
    assert 'Frame 140: detection 0 began track 2' in out
    main([str(path), '--frame', '130', '--id', '1'])
    assert 'Frame 130: track 1' in capsys.readouterr().out
    with pytest.raises(SystemExit, match='frame 4 is not in 100, 110, 120'):
        main([str(path), '--frame', '4', '--id', '1'])


def test_the_old_track_had_ended(main, switching, tmp_path, capsys):
    """Unseen for longer than the buffer: the reason, and where it was seen last."""
    sequence = load_detections(switching)
    seen = np.r_[0:3, 6:8]
    counts = np.isin(np.arange(sequence.num_frames), seen)
    columns = {
        name: getattr(sequence, name)[seen]
        for name in ('bboxes', 'scores', 'labels', 'embeds')
    }
    gap = replace(sequence, starts=np.cumsum([0, *counts]), frame_rate=0.9, **columns)
    save_detections(tmp_path / 'gap.npz', gap)
    main([str(tmp_path / 'gap.npz'), '--switch', '1'])
    out = capsys.readouterr().out
    assert 'Frame 4: track 1, tracked\n(none)\n-> no detection continued it' in out
    assert 'Frame 7: detection 0 began track 2\n(none)' in out
    assert '-> track 1 had ended, it was last seen in frame 3: track_buffer=30' in out
    assert 'keeps it for 0 frames at' in out


def test_a_frame_and_an_identity(main, switching, noisy, tmp_path, capsys):
    """No ground truth is needed, and no image: the canvas is grey then."""
    bare = replace(load_detections(switching), images=())
    save_detections(tmp_path / 'bare.npz', replace(bare, gt=bare.gt[:0]))
    options = [str(tmp_path / 'bare.npz'), '--out', str(tmp_path / 'out')]
    main([*options, '--frame', '2', '--id', '1'])
    out = capsys.readouterr().out
    assert 'Frame 2: track 1, tracked' in out
    assert '-> detection 0 continued it in stage embeds' in out
    image = cv2.imread(str(tmp_path / 'out' / 'a-frame2-id1.png'))
    assert (image[-1, -1] == 96).all()
    with pytest.raises(SystemExit, match='has no ground truth to find switches with'):
        main(options)


def test_wrong_input_is_one_line(main, switching, tmp_path):
    """Numbers that do not exist, identities that are not there, another tracker."""
    file = str(switching)
    with pytest.raises(SystemExit, match='--switch 2: there are 1, from 1'):
        main([file, '--switch', '2'])
    with pytest.raises(SystemExit, match='frame 99 is not in 1 to 8'):
        main([file, '--frame', '99', '--id', '1'])
    with pytest.raises(SystemExit, match='track 7 neither lives nor begins in frame 2'):
        main([file, '--frame', '2', '--id', '7'])
    config = tmp_path / 'c.py'
    config.write_text(
        "model = dict(tracker=dict(type='ByteTracker', motion=dict("
        "type='KalmanFilter')))"
    )
    with pytest.raises(SystemExit, match='must be a JDETracker'):
        main([file, '--config', str(config)])
