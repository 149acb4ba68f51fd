"""A written scene is a complete, repeatable MOTChallenge folder."""

import hashlib
import runpy
from pathlib import Path

import cv2
import numpy as np
import pytest

from fairmot_mm.synthetic import SyntheticScene, write_sequence
from fairmot_mm.utils import OutputError, SequenceInfo, read_mot

SMALL = dict(num_people=5, width=192, height=112, num_frames=8)


def digest(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob('*'))
        if path.is_file()
    }


@pytest.mark.parametrize('camera', ['fixed', 'moving'])
def test_same_seed_writes_the_same_bytes(tmp_path, camera):
    """A second run writes the same files; another seed writes other files."""
    scene = SyntheticScene(7, camera=camera, **SMALL)
    first = digest(write_sequence(tmp_path / 'a', scene))
    assert digest(write_sequence(tmp_path / 'a', scene)) == first
    other = digest(
        write_sequence(tmp_path / 'b', SyntheticScene(8, camera=camera, **SMALL))
    )
    assert not set(first.values()) & set(other.values())
    assert sorted(path.name for path in tmp_path.iterdir()) == ['a', 'b']


def test_written_sequence_reads_back(tmp_path):
    """The folder has seqinfo.ini, images and nine columns that equal the rows."""
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


def test_foreign_folders_are_never_replaced(tmp_path):
    """A folder that is not synthetic is not changed."""
    (tmp_path / 'img1').mkdir()
    (tmp_path / 'seqinfo.ini').write_text('[Sequence]\nname=mine\n')
    before = digest(tmp_path)
    with pytest.raises(OutputError, match='not a synthetic sequence'):
        write_sequence(tmp_path, SyntheticScene(0, **SMALL))
    assert digest(tmp_path) == before


def test_interruption_leaves_nothing(tmp_path):
    """An interrupted run leaves neither the sequence nor a temporary folder."""

    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sequence(tmp_path / 'seq', SyntheticScene(0, **SMALL), stop)
    assert not list(tmp_path.iterdir())


def test_tool_makes_sequences(tmp_path, monkeypatch):
    """The tool writes the requested sequences, or one line with the error."""
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
    assert stopped.value.code == 'error: num_people=0 must be above 0'
