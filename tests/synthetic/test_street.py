import hashlib
import re
import runpy
from pathlib import Path

import cv2
import numpy as np
import pytest

from fairmot_mm.synthetic import SyntheticScene, write_sequence
from fairmot_mm.utils import ConfigError, OutputError, SequenceInfo, read_mot

SMALL = dict(num_people=5, width=192, height=112, num_frames=8)


def digest(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob('*'))
        if path.is_file()
    }


def test_frames_have_the_promised_form():
    """Every frame is an image of the size asked for with rows that make sense."""
    scene = SyntheticScene(3, **SMALL)
    frames = list(scene.frames())
    assert len(frames) == 8
    for number, (image, rows) in enumerate(frames, 1):
        assert image.shape == (112, 192, 3)
        assert image.dtype == np.uint8
        assert len(np.unique(rows.ids)) == len(rows)
        assert (rows.frames == number).all()
        assert set(rows.ids) <= set(range(1, 6))
        assert (rows.visibility >= 0).all()
        assert (rows.visibility <= 1).all()
        right, bottom = (rows.tlwh[:, :2] + rows.tlwh[:, 2:]).T
        assert ((right > 0) & (rows.tlwh[:, 0] < 192)).all()
        assert ((bottom > 0) & (rows.tlwh[:, 1] < 112)).all()


@pytest.mark.parametrize('camera', ['fixed', 'moving'])
def test_same_seed_writes_the_same_bytes(tmp_path, camera):
    """Running again replaces a sequence by itself; another seed gives another one."""
    scene = SyntheticScene(7, camera=camera, **SMALL)
    first = digest(write_sequence(tmp_path / 'a', scene))
    assert digest(write_sequence(tmp_path / 'a', scene)) == first
    other = digest(
        write_sequence(tmp_path / 'b', SyntheticScene(8, camera=camera, **SMALL))
    )
    assert not set(first.values()) & set(other.values())
    assert sorted(path.name for path in tmp_path.iterdir()) == ['a', 'b']


def test_written_sequence_reads_back(tmp_path):
    """The folder is MOTChallenge: seqinfo, images, nine columns that equal the rows."""
    scene = SyntheticScene(1, **SMALL)
    folder = write_sequence(tmp_path / 'seq', scene)
    info = SequenceInfo.read(folder)
    assert (info.width, info.height, info.frame_rate) == (192, 112, 15)
    assert [path.name for path in info.images] == [f'{k:06d}.jpg' for k in range(1, 9)]
    table = np.loadtxt(info.gt_file, delimiter=',')
    assert table.shape[1] == 9
    assert np.array_equal(np.lexsort((table[:, 0], table[:, 1])), np.arange(len(table)))
    written = read_mot(info.gt_file)
    for number, (image, rows) in enumerate(scene.frames(), 1):
        read = written[written.frames == number]
        np.testing.assert_array_equal(read.ids, rows.ids)
        np.testing.assert_allclose(read.tlwh, rows.tlwh, atol=0.006)
        np.testing.assert_allclose(read.visibility, rows.visibility, atol=1e-5)
        stored = cv2.imread(str(info.images[number - 1]))
        assert cv2.PSNR(stored, image) > 28


def test_boxes_bound_what_was_painted():
    """What changes strongly from the empty street lies inside the one box there is."""
    scene = SyntheticScene(2, num_people=1, width=320, height=176, num_frames=40)
    images, rows = zip(*scene.frames(), strict=True)
    still = np.median(np.stack(images), axis=0)
    checked = 0
    for image, row in zip(images, rows, strict=True):
        # Clothes differ from the street far more than light, noise and shadow do.
        ys, xs = np.nonzero(np.abs(image - still).max(2) > 90)
        if len(row) == 0 or row.visibility[0] < 0.95 or len(xs) < 20:
            continue
        x, y, w, h = row.tlwh[0]
        inside = (xs > x - 2) & (xs < x + w + 1) & (ys > y - 2) & (ys < y + h + 1)
        assert inside.mean() > 0.9
        checked += 1
    assert checked > 5


def test_people_hide_each_other_leave_and_return():
    """A long scene has hidden people, boxes over the border, gaps in a track."""
    scene = SyntheticScene(
        0, num_people=8, width=160, height=96, num_frames=40, frame_rate=5
    )
    rows = [rows for _, rows in scene.frames()]
    visibility = np.concatenate([row.visibility for row in rows])
    assert (visibility < 0.3).any()
    assert (visibility > 0.99).mean() > 0.3
    assert (np.concatenate([row.tlwh[:, 0] for row in rows]) < 0).any()
    returned = [
        identity
        for identity in range(1, 9)
        if re.search('10+1', ''.join(str(int(identity in row.ids)) for row in rows))
    ]
    assert returned


def test_near_people_are_larger():
    """Perspective: the lower the feet, the taller the box."""
    scene = SyntheticScene(5, num_people=12, width=256, height=144, num_frames=2)
    _, rows = next(scene.frames())
    feet, heights = rows.tlwh[:, 1] + rows.tlwh[:, 3], rows.tlwh[:, 3]
    assert np.corrcoef(feet, heights)[0, 1] > 0.9


def test_moving_camera_moves_the_background():
    """The street shifts from frame to frame, and stays where it is on a tripod."""

    def shift(camera):
        scene = SyntheticScene(
            4, num_people=1, width=256, height=144, num_frames=9, camera=camera
        )
        images = [cv2.cvtColor(i, cv2.COLOR_BGR2GRAY) for i, _ in scene.frames()]
        ends = [np.float32(images[0]), np.float32(images[-1])]
        return np.hypot(*cv2.phaseCorrelate(*ends)[0])

    assert shift('fixed') < 0.5
    assert shift('moving') > 1


def test_clothes_stay_and_differ():
    """Colours of a person match a later view of it better than other people."""
    scene = SyntheticScene(11, num_people=8, num_frames=10, frame_rate=7.5)
    frames = list(scene.frames())

    def colours(image, rows):
        result = {}
        for identity, (x, y, w, h), seen in zip(
            rows.ids, rows.tlwh, rows.visibility, strict=True
        ):
            if seen > 0.9 and h > 40:
                top, left = int(y + 0.25 * h), int(x + 0.35 * w)
                patch = image[top : int(y + 0.45 * h), left : int(x + 0.65 * w)]
                result[int(identity)] = patch.reshape(-1, 3).mean(0)
        return result

    early, late = colours(*frames[0]), colours(*frames[9])
    common = sorted(early.keys() & late.keys())
    assert len(common) >= 3
    first, second = (np.array([group[k] for k in common]) for group in (early, late))
    distance = np.linalg.norm(first[:, None] - second[None], axis=2)
    assert (distance.argmin(1) == np.arange(len(common))).mean() > 0.7


@pytest.mark.parametrize(
    ('changed', 'message'),
    [
        (dict(camera='flying'), 'fixed, moving'),
        (dict(num_people=0), 'num_people = 0'),
        (dict(num_frames=-1), 'num_frames = -1'),
        (dict(seed=-4), 'seed = -4'),
        (dict(width=20), '20x352'),
    ],
)
def test_values_that_cannot_work_are_named(changed, message):
    """A wrong argument is refused with its name, its value and what would do."""
    with pytest.raises(ConfigError, match=message):
        SyntheticScene(**{'seed': 0, **changed})


def test_foreign_folders_are_never_replaced(tmp_path):
    """A folder that holds something else stays as it is."""
    (tmp_path / 'img1').mkdir()
    (tmp_path / 'seqinfo.ini').write_text('[Sequence]\nname=mine\n')
    before = digest(tmp_path)
    with pytest.raises(OutputError, match='not a synthetic sequence'):
        write_sequence(tmp_path, SyntheticScene(0, **SMALL))
    assert digest(tmp_path) == before


def test_interruption_leaves_nothing(tmp_path):
    """Stopped half way, neither the sequence nor a temporary folder is there."""

    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sequence(tmp_path / 'seq', SyntheticScene(0, **SMALL), stop)
    assert not list(tmp_path.iterdir())


def test_tool_makes_sequences(tmp_path, monkeypatch):
    """The command line writes as many sequences as asked, or one line of error."""
    tool = Path(__file__).parents[2] / 'tools/dataset_converters/make_synthetic.py'

    def run(*arguments):
        shape = ['--num-frames', '2', '--size', '160', '96']
        monkeypatch.setattr('sys.argv', [tool.name, str(tmp_path), *shape, *arguments])
        runpy.run_path(str(tool), run_name='__main__')

    run('--num-people', '2', '--seed', '8')
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        'synthetic-0008',
        'synthetic-0009',
    ]
    with pytest.raises(SystemExit) as stopped:
        run('--num-people', '0')
    assert stopped.value.code == 'error: num_people = 0 must be above 0'
