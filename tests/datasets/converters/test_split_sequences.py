"""DanceTrack and SportsMOT: splits of MOTChallenge sequences of one class."""

import pytest

from fairmot_mm.datasets.converters import convert_splits
from fairmot_mm.utils import DataError

GT = '1,1,10,20,30,40,1,1,1\n1,2,50,20,20,40,0,1,1\n2,1,12,20,30,40,1,1,1\n'


@pytest.mark.parametrize('above', ['', 'dataset'])
def test_labels_box_by_box(tmp_path, make_sequence, read_labels, above):
    """Both halves of the archive of DanceTrack are one list."""
    root = tmp_path / 'downloads'
    for split, name in (('train1', 'a1'), ('train2', 'a2'), ('val', 'b')):
        (root / above / split).mkdir(parents=True)
        make_sequence(root / above / split, name, GT)
    (root / above / 'test' / 'c' / 'img1').mkdir(parents=True)
    report = convert_splits(root, tmp_path / 'data', 'dancetrack')
    counts = {path.name: count for path, count in report.lists.items()}
    assert counts['dancetrack.train'].images == 6
    assert counts['dancetrack.train'].ids == [2]
    assert counts['dancetrack.val'].ids == [1]
    out = tmp_path / 'data'
    for split, name, identity in (('train', 'a2', 1), ('val', 'b', 0)):
        image = f'dancetrack/images/{split}/{name}/img1/000001.png'
        assert read_labels(out, image) == [
            f'0 {identity} 0.250000 0.500000 0.300000 0.500000'
        ]
        truth = out / f'dancetrack/images/{split}/{name}/gt/gt.txt'
        assert truth.read_text() == GT
    assert report.rejected == {'mark is 0': 3}


def test_no_split(tmp_path):
    """A folder without splits is refused."""
    with pytest.raises(DataError, match=r'has no folder train or val of sequences'):
        convert_splits(tmp_path / 'nowhere', tmp_path / 'data', 'sportsmot')
