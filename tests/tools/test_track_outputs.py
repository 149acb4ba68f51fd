"""Options of `fairmot track` about exports, counts, crops and privacy."""

import csv
import io
import json
import os
import sys

import numpy as np
import pytest

from fairmot_mm.commands import track as command
from fairmot_mm.synthetic import SyntheticScene, write_sequence
from fairmot_mm.utils import read_mot

LIGHT = ('--model', 'fairmot_yolov5s_lite', '--device', 'cpu')
MIDDLE = 160


@pytest.fixture(scope='module')
def walk(tmp_path_factory):
    """A rendered street of 320x176 pixels with three people, 10 frames."""
    scene = SyntheticScene(
        seed=6, num_people=3, width=320, height=176, num_frames=10, frame_rate=10.0
    )
    return write_sequence(tmp_path_factory.mktemp('walk') / 'street', scene)


@pytest.fixture
def track(monkeypatch, tmp_path):
    """Run the tool as the command line does; SIGTERM keeps its handler."""
    monkeypatch.setattr(command.signal, 'signal', lambda *_: None)

    def run(*args, out=tmp_path / 'out'):
        words = [*args, '--out', out]
        monkeypatch.setattr('sys.argv', ['track.py', *map(str, words)])
        command.main()
        return tmp_path / 'out'

    return run


def test_all_outputs(track, walk, tmp_path, capsys):
    """Tables, counts and crops of one run agree; the text has the scores."""
    pytest.importorskip('supervision')
    out = track(
        *(walk, *LIGHT, '--no-video', '--format', 'mot,csv', '--format', 'cvat'),
        *('--count-line', f'{MIDDLE},0,{MIDDLE},176', '--zone', '0,0,160,0,160,176'),
        *('--crops', tmp_path / 'crops', '--crops-per-track', 1),
    )
    printed = capsys.readouterr().out
    assert 'line-1 pedestrian: ' in printed
    assert 'street.csv and ' in printed
    with (out / 'street.csv').open(newline='') as file:
        table = [*csv.DictReader(file)]
    text = [line.split(',') for line in (out / 'street.txt').read_text().splitlines()]
    assert [row['score'] for row in table] == [words[6] for words in text]
    assert [row['x'] for row in table] == [words[2] for words in text]
    assert len({words[6] for words in text} - {'1'}) > 0
    identities = {row['id'] for row in table}
    crops = {path.parent.name for path in (tmp_path / 'crops').rglob('*.jpg')}
    assert crops == identities
    assert len([*(tmp_path / 'crops').rglob('*.jpg')]) == len(identities)
    assert (out / 'street.events.csv').is_file()
    assert (out / 'street.counts.csv').is_file()
    assert (out / 'street.xml').is_file()


def test_lines_of_json(track, walk, tmp_path, monkeypatch, capsys):
    """With --out - the standard output has a line a frame and no other word."""
    printed = io.TextIOWrapper(io.BytesIO(), write_through=True)
    monkeypatch.setattr(sys, 'stdout', printed)
    monkeypatch.chdir(tmp_path)
    track(walk, *LIGHT, out='-')
    lines = [*map(json.loads, printed.buffer.getvalue().splitlines())]
    assert [line['frame'] for line in lines] == list(range(1, 11))
    assert all(line['image'].endswith('.jpg') for line in lines)
    assert not list(tmp_path.iterdir())


def test_a_region(track, walk):
    """Nobody outside of --roi is tracked; identities count from 1 all the same."""
    roi = '0,0,160,0,160,176,0,176'
    out = track(walk, *LIGHT, '--no-video', '--format', 'csv', '--roi', roi)
    with (out / 'street.csv').open(newline='') as file:
        table = [*csv.DictReader(file)]
    feet = np.array([float(row['x']) + float(row['width']) / 2 for row in table])
    assert len(feet)
    assert feet.max() < MIDDLE + 12  # a track moves on between two detections
    assert min(int(row['id']) for row in table) == 1


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--classes', 'cat'], "the model has no class 'cat'"),
        (['--count-line', '0,0,999,0', '--no-video'], 'line-1: the point 999,0'),
        (['--roi', '0,0,999,0,0,99', '--no-video'], 'roi: the point 999,0'),
    ],
)
def test_refused_by_the_model_or_the_picture(track, walk, options, message, tmp_path):
    """One line says what there is; no file is left."""
    pytest.importorskip('supervision')
    with pytest.raises(SystemExit, match=f'^error: .*{message}'):
        track(walk, *LIGHT, *options)
    assert not list((tmp_path / 'out').glob('*'))


@pytest.mark.parametrize(
    ('options', 'out', 'message'),
    [
        (['--format', 'xml'], 'o', "there is no form 'xml'; the forms are: mot, csv"),
        (['--count-line', '1,2,3'], 'o', 'no pairs of x and y; give x1,y1,x2,y2'),
        (['--zone', '1,2,3,4'], 'o', 'three points or more'),
        (['--roi', 'a'], 'o', 'is not a number'),
        (['--blur', '--no-video'], 'o', '--blur changes the mp4 and the crops'),
        (['--show-trails', '--no-video'], 'o', '--show-trails is about the mp4'),
        (['--video-crf', '0', '--no-video'], 'o', '--video-crf is about the mp4'),
        (['--video-preset', 'fast'], '-', '--video-preset is about the mp4'),
        (['--blur'], '-', '--out - writes no mp4'),
        (['--crops-per-track', '3'], 'o', '--crops-per-track needs --crops'),
        (['--format', 'csv'], '-', '--format csv needs a folder'),
        (['--overwrite'], '-', '--overwrite is about files'),
    ],
)
def test_options_without_effect(track, options, out, message, capsys, tmp_path):
    """An option that could do nothing, or a value that means nothing, is refused."""
    with pytest.raises(SystemExit, match='2'):
        track('.', *options, out=out)
    assert message in capsys.readouterr().err


def test_a_closed_pipe(track, walk, monkeypatch):
    """Where nobody reads the lines any more (| head), the run ends without a word."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, 'w') as closed:
        monkeypatch.setattr(sys, 'stdout', closed)
        with pytest.raises(SystemExit) as ended:
            track(walk, *LIGHT, out='-')
    assert ended.value.code == 141


@pytest.mark.slow
def test_counts_are_those_of_the_street(track, tmp_path):
    """The light model counts at a line what the ground truth of the street says."""
    pytest.importorskip('supervision')
    scene = SyntheticScene(seed=3, num_people=8, num_frames=150)
    street = write_sequence(tmp_path / 'street', scene)
    line = ('--count-line', '320,0,320,352')
    out = track(street, *LIGHT, '--no-video', *line)
    with (out / 'street.counts.csv').open(newline='') as file:
        (counted,) = csv.DictReader(file)
    truth = read_mot(street / 'gt' / 'gt.txt')
    turns = []
    for identity in np.unique(truth.ids):
        own = truth[truth.ids == identity]
        left, right = own.tlwh[:, 0], own.tlwh[:, 0] + own.tlwh[:, 2]
        turns += np.diff((left + right > 640).astype(int)).tolist()
    assert len(turns) > 500
    assert int(counted['in']) == turns.count(1) == 2
    assert int(counted['out']) == turns.count(-1) == 5
