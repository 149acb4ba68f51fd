"""The tools that label and embed with ONNX files of other projects."""

import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pytest

from fairmot_mm.actions import label_with_teacher as label_action
from fairmot_mm.datasets import JDEDataset
from fairmot_mm.inference.teacher_detector import TeacherDetector

SPEC = importlib.util.spec_from_file_location(
    'teacher_files', Path(__file__).parents[2] / 'inference/teacher_files.py'
)
files = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(files)

LABEL, EMBED, COMPLETE = (
    f'dataset_converters/{verb}_with_teacher' for verb in ('label', 'embed', 'complete')
)
# In every image, whatever it shows: a sure person, an unsure one and one below both.
DETS = np.float32([[[10, 10, 30, 50, 0.9], [40, 8, 60, 40, 0.4], [1, 1, 9, 9, 0.1]]])


@pytest.fixture
def teachers(tmp_path, monkeypatch):
    """A detector and a Re-ID network, in the current folder."""
    monkeypatch.chdir(tmp_path)
    files.write_constant(tmp_path / 'det.onnx', {'dets': DETS})
    files.write_mean_color(tmp_path / 'reid.onnx', ['n', 32, 16, 3])
    return ['--teacher', 'det.onnx', '--size', 64, 48]


@pytest.fixture
def pictures(tmp_path):
    """Four pictures of 64x48."""
    folder = tmp_path / 'pictures'
    folder.mkdir()
    for number in range(4):
        image = np.full((48, 64, 3), 40 + 20 * number, np.uint8)
        cv2.imwrite(str(folder / f'{number}.png'), image)
    return folder


def labels(root, name):
    lines = (root / f'data/{name}.train').read_text().split()
    paths = [line.replace('/images/', '/labels_with_ids/') for line in lines]
    return [(root / 'data' / path).with_suffix('.txt').read_text() for path in paths]


def test_boxes_and_regions(run_tool, teachers, pictures, tmp_path):
    """Sure boxes are people, unsure ones regions, and the rest is background."""
    run_tool(LABEL, 'data', 'S', 'pictures', *teachers)
    text = '0 -1 0.312500 0.604167 0.312500 0.791667\n'
    region = '-1 -1 0.781250 0.500000 0.312500 0.666667\n'
    found = labels(tmp_path, 's')
    assert len(found) == 4
    assert {*found} == {text + region}
    dataset = JDEDataset(str(tmp_path / 'data'), ['s.train'], index_dir=None)
    assert dataset.num_ids == 1


def test_still_figures_are_background(run_tool, teachers, pictures, tmp_path):
    """What is unsure at one place all the time is no region; who is sure stays."""
    run_tool(LABEL, 'data', 'S', 'pictures', *teachers, '--still-share', 0.5)
    assert {*labels(tmp_path, 's')} == {'0 -1 0.312500 0.604167 0.312500 0.791667\n'}


def test_still_share_out_of_range(run_tool, teachers, pictures, capsys):
    """A share above 1 is refused before anything is written."""
    with pytest.raises(SystemExit) as ended:
        run_tool(LABEL, 'data', 'S', 'pictures', *teachers, '--still-share', 50)
    assert ended.value.code == 2
    assert '--still-share 50 must be above 0, at most 1' in capsys.readouterr().err


def test_video(run_tool, teachers, video, tmp_path):
    """Frames are written first; every fifth of twelve is labelled."""
    run_tool(LABEL, 'data', 'S', 'clip.mp4', *teachers, '--every', 5)
    lines = (tmp_path / 'data/s.train').read_text().split()
    assert [line[-10:] for line in lines] == ['000001.jpg', '000006.jpg', '000011.jpg']
    assert len(labels(tmp_path, 's')) == 3


def test_links(run_tool, teachers, pictures, tmp_path):
    """A track has one identity, and its unsure boxes are people, too."""
    config = tmp_path / 'tracker.py'
    config.write_text(
        "model = dict(tracker=dict(type='JDETracker', obj_score_thr=0.3, "
        "birth=dict(type='TrackBirth', score_thr=0.35)))\n"
    )
    options = ['--link', config, '--reid', 'reid.onnx']
    run_tool(LABEL, 'data', 'S', 'pictures', *teachers, *options)
    rows = [
        [line.split()[:2] for line in text.splitlines()]
        for text in labels(tmp_path, 's')
    ]
    assert rows[-1] == [['0', '0'], ['0', '1']]


def test_interrupted_run_goes_on(run_tool, teachers, pictures, tmp_path, monkeypatch):
    """What was found is read again; another threshold asks the teacher again."""
    calls = []
    detect = TeacherDetector.detect
    monkeypatch.setattr(
        TeacherDetector, 'detect', lambda *a: calls.append(1) or detect(*a)
    )
    monkeypatch.setattr(label_action, 'CHUNK', 2)
    command = [LABEL, 'data', 'S', 'pictures', *teachers]
    run_tool(*command)
    first = labels(tmp_path, 's')
    assert len(calls) == 4
    (tmp_path / 'data/S/teacher/pictures/00001.npz').unlink()
    run_tool(*command)
    assert len(calls) == 6
    assert labels(tmp_path, 's') == first
    run_tool(*command, '--ignore-thr', 0.05)
    assert len(calls) == 10
    assert {text.count('-1 -1') for text in labels(tmp_path, 's')} == {2}


def test_people_whom_labels_lack(run_tool, teachers, pictures, tmp_path, capsys):
    """New people and regions are added once; who is labelled already stays as he is."""
    run_tool(LABEL, 'data', 'S', 'pictures', *teachers)
    files = sorted((tmp_path / 'data/S/labels_with_ids').rglob('*.txt'))
    person, region = files[0].read_text().splitlines(keepends=True)
    labelled = '0 7 0.3125 0.60 0.3125 0.80'
    for file, text in zip(files, ['', labelled, person, region], strict=True):
        file.write_text(text)
    run_tool(COMPLETE, 'data', 's.train', *teachers)
    assert [file.read_text() for file in files] == [
        person + region,
        f'{labelled}\n{region}',
        person + region,
        region + person,
    ]
    assert '2 people and 3 ignore regions added to 3 labels' in capsys.readouterr().out
    run_tool(COMPLETE, 'data', 's.train', *teachers)
    assert '0 people and 0 ignore regions' in capsys.readouterr().out


def test_low_boxes_are_not_added(run_tool, teachers, pictures, tmp_path, capsys):
    """Neither those below --min-height nor those below --ignore-thr."""
    run_tool(LABEL, 'data', 'S', 'pictures', *teachers)
    for file in (tmp_path / 'data/S/labels_with_ids').rglob('*.txt'):
        file.write_text('')
    run_tool(COMPLETE, 'data', 's.train', *teachers, '--min-height', 35)
    assert '4 people and 0 ignore regions added to 0' in capsys.readouterr().out


def test_lists_that_are_missing(run_tool, teachers, capsys):
    """A list that does not exist is named."""
    with pytest.raises(SystemExit) as error:
        run_tool(COMPLETE, 'data', 's.train', *teachers)
    assert 'data does not exist' in f'{error.value} {capsys.readouterr().err}'


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--ignore-thr', 0.9], '--ignore-thr 0.9 and --score-thr 0.55 must'),
        (['--score-thr', 1.5], 'at most 1'),
        (['--reid', 'reid.onnx'], '--reid is for --link'),
        (['--teacher', 'no.onnx'], 'no.onnx does not exist'),
        (['--link', 'no.py'], 'no.py does not exist'),
        (['--std', 0, 1, 1], '--std'),
    ],
)
def test_refused(options, message, run_tool, teachers, pictures, tmp_path, capsys):
    """One line, and nothing is written."""
    with pytest.raises(SystemExit) as error:
        run_tool(LABEL, 'data', 'S', 'pictures', *teachers, *options)
    assert message in f'{error.value} {capsys.readouterr().err}'
    assert not (tmp_path / 'data').exists()


def test_embeddings_for_distillation(run_tool, teachers, pictures, tmp_path, capsys):
    """One row for each label; a second run does nothing, another teacher does."""
    run_tool(LABEL, 'data', 'S', 'pictures', *teachers)
    run_tool(EMBED, 'data', 's.train', '--teacher', 'reid.onnx')
    dataset = JDEDataset(
        'data', ['s.train'], teacher_embeds=['s.train.embeds.npz'], index_dir=None
    )
    rows = dataset.get_data_info(1)['teacher_embeds']
    np.testing.assert_allclose(rows, [[3**-0.5] * 3, [0, 0, 0]], atol=1e-3)
    assert '4 of 8 boxes, 3 numbers each' in capsys.readouterr().out
    run_tool(EMBED, 'data', 's.train', '--teacher', 'reid.onnx')
    assert 'is there already' in capsys.readouterr().out
    files.write_mean_color(tmp_path / 'other.onnx', ['n', 16, 16, 3])
    run_tool(EMBED, 'data', 's.train', '--teacher', 'other.onnx')
    assert '4 of 8 boxes' in capsys.readouterr().out


def test_tracker_knows_the_frame_rate(run_tool, teachers, video, tmp_path, monkeypatch):
    """A video of 25 frames a second is linked as such, whatever part is labelled."""
    rates = []
    link = label_action.link_boxes
    monkeypatch.setattr(
        label_action,
        'link_boxes',
        lambda f, t: rates.append(f.frame_rate) or link(f, t),
    )
    config = tmp_path / 'tracker.py'
    config.write_text("model = dict(tracker=dict(type='JDETracker'))\n")
    options = ['--link', config, '--every', 5]
    run_tool(LABEL, 'data', 'S', 'clip.mp4', *teachers, *options)
    assert rates == [25.0]
    assert len(labels(tmp_path, 's')) == 3
