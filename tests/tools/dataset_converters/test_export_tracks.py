import csv
import json
import shutil

import numpy as np
import pytest

from fairmot_mm.datasets.converters import convert_coco_vid, convert_cvat
from fairmot_mm.utils import MOTRows, read_mot, write_mot


@pytest.fixture(scope='module')
def tracked(street, tmp_path_factory):
    """Results of two classes with gaps on a rendered street, and its images."""
    rows = read_mot(street / 'mot' / 'a' / 'gt' / 'gt.txt')
    rows = rows[(rows.frames + rows.ids) % 4 != 0]
    rows = MOTRows(
        rows.frames,
        rows.ids * 10,
        rows.tlwh,
        (rows.ids / 8).round(3),
        rows.ids % 2 + 1,
        np.ones(len(rows)),
    )
    out = tmp_path_factory.mktemp('results')
    write_mot(out / 'a.txt', rows)
    return street / 'mot', out / 'a.txt', rows


@pytest.fixture
def convert(tracked, run_tool, tmp_path, capsys):
    """Convert the results; gives the folder of the new files."""
    _, results, _ = tracked

    def run(*options):
        arguments = [results, '--out', tmp_path / 'out', *options]
        run_tool('dataset_converters/export_tracks', *arguments)
        return tmp_path / 'out'

    return run


def assert_same_tracks(gt, rows):
    """Boxes, classes and frames are those of the rows; identities are one to one.

    Training data counts the identities of each class from 0.
    """
    assert len(gt) == len(rows) > 20
    gt, rows = (one[np.lexsort([one.tlwh[:, 0], one.frames])] for one in (gt, rows))
    assert (gt.frames == rows.frames).all()
    assert (gt.classes == rows.classes).all()
    assert np.abs(gt.tlwh - rows.tlwh).max() < 0.0051  # two digits
    known, new = rows.ids.tolist(), (1000 * gt.classes + gt.ids).tolist()
    assert len({*known}) == len({*new}) == len({*zip(known, new, strict=True)})


CLASSES = ('even', 'odd')


def test_cvat_and_back(tracked, convert, tmp_path):
    """Through CVAT, tracks come back box by box: nothing in gaps, no box lost."""
    root, _, rows = tracked
    out = convert('--to', 'cvat', '--data-root', root, '--classes', *CLASSES)
    folder = shutil.copytree(root / 'a' / 'img1', tmp_path / 'src' / 'a' / 'images')
    shutil.copy(out / 'a.xml', folder.parent)
    convert_cvat(tmp_path / 'src', tmp_path / 'back', 'SET', classes=CLASSES)
    gt = read_mot(tmp_path / 'back/SET/images/train/a/gt/gt.txt')
    assert_same_tracks(gt, rows)


def test_coco_vid_and_back(tracked, convert, tmp_path):
    """Through COCO-VID, too, with the names of the images as they are."""
    root, _, rows = tracked
    out = convert('--to', 'coco-vid', '--data-root', root, '--classes', *CLASSES)
    convert_coco_vid(out / 'a.json', root, tmp_path / 'back', 'SET', classes=CLASSES)
    gt = read_mot(tmp_path / 'back/SET/images/train/a/gt/gt.txt')
    assert_same_tracks(gt, rows)


def test_tables(tracked, convert, capsys):
    """Without the images the frame rate gives the times; the scores are kept."""
    _, _, rows = tracked
    out = convert('--to', 'csv,jsonl', '--frame-rate', '4', '--classes', *CLASSES)
    with (out / 'a.csv').open(newline='') as file:
        table = [*csv.DictReader(file)]
    rows = rows[np.lexsort([rows.ids, rows.frames])]
    assert [int(row['frame']) for row in table] == rows.frames.tolist()
    assert [float(row['score']) for row in table] == rows.marks.tolist()
    assert float(table[-1]['time']) == (rows.frames[-1] - 1) / 4
    lines = [*map(json.loads, (out / 'a.jsonl').read_text().splitlines())]
    assert [len(line['tracks']) for line in lines] == np.bincount(rows.frames)[
        1:
    ].tolist()
    assert f'{len(rows)} boxes of 8 frames are in' in capsys.readouterr().out


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--to', 'csv', '--frame-rate', '4'], 'a: class 2 has no name'),
        (['--to', 'csv', '--data-root', '{root}/b'], 'a is not a folder'),
    ],
)
def test_refused(tracked, convert, options, message, tmp_path):
    """What the results do not say must be given; nothing is written without it."""
    root, _, _ = tracked
    with pytest.raises(SystemExit, match=f'^error: .*{message}'):
        convert(*(option.format(root=root) for option in options))
    assert not list((tmp_path / 'out').glob('*'))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--to', 'csv'], 'give --data-root, or --frame-rate'),
        (['--to', 'cvat', '--frame-rate', '4'], '--to cvat needs --size'),
        (['--to', 'mot', '--frame-rate', '4'], 'the results have this form already'),
        (['--to', 'xml', '--frame-rate', '4'], "there is no form 'xml'"),
        (
            ['--to', 'csv', '--data-root', '.', '--frame-rate', '4'],
            '--frame-rate: --data-root says this already',
        ),
    ],
)
def test_wrong_options(convert, options, message, capsys):
    """Options that do not fit together are refused."""
    with pytest.raises(SystemExit, match='2'):
        convert(*options)
    assert message in capsys.readouterr().err


def test_an_earlier_file_is_kept(convert):
    """A file of an earlier run is replaced with --overwrite alone."""
    options = ['--to', 'csv', '--frame-rate', '4', '--classes', *CLASSES]
    (convert(*options) / 'a.csv').write_text('mine')
    with pytest.raises(SystemExit, match=r'a\.csv exists'):
        convert(*options)
    out = convert(*options, '--overwrite')
    assert (out / 'a.csv').read_text() != 'mine'


def test_identity_twice(run_tool, tmp_path):
    """An identity with two boxes in a frame is no track."""
    (tmp_path / 'a.txt').write_text('1,4,0,0,5,5,1,-1,-1,-1\n' * 2)
    with pytest.raises(SystemExit, match='frame 1 has identity 4 twice'):
        run_tool(
            'dataset_converters/export_tracks',
            *(tmp_path / 'a.txt', '--to', 'csv', '--frame-rate', '9'),
            *('--out', tmp_path / 'out'),
        )
