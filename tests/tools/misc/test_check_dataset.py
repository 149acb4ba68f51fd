import runpy
import shutil
from pathlib import Path

import pytest

from fairmot_mm.datasets.converters import convert_mot
from fairmot_mm.synthetic import SyntheticScene, write_sequence

TOOL = Path(__file__).parents[3] / 'tools/misc/check_dataset.py'


@pytest.fixture
def root(tmp_path):
    for seed, name in enumerate('ab'):
        scene = SyntheticScene(seed, num_people=3, width=96, height=64, num_frames=4)
        write_sequence(tmp_path / 'mot' / name, scene)
    convert_mot(tmp_path / 'mot', tmp_path, 'set', sequences=['a'])
    return tmp_path


def run(monkeypatch, *words):
    """Exit status."""
    monkeypatch.setattr('sys.argv', ['check_dataset.py', *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(TOOL), run_name='__main__')
    return ended.value.code


def test_lists(root, monkeypatch, capsys):
    """Status 0 on a sound set, 1 on an error, which is shown."""
    words = (root, '--train', 'set.train', '--val', 'mot')
    assert run(monkeypatch, root, '--train', 'set.train') == 0
    assert '0 errors, 0 warnings' in capsys.readouterr().out
    assert run(monkeypatch, *words, '--most', '1') == 1
    assert 'error train-val-overlap: 4 images' in capsys.readouterr().out
    assert run(monkeypatch, *words, '--allow', 'train-val-overlap') == 0
    assert 'name lists with --train' in run(monkeypatch, root)


@pytest.mark.parametrize(('sequence', 'status'), [('b', 0), ('a', 1)])
def test_config(root, monkeypatch, sequence, status):
    """The lists of a config, and the videos that it tests on."""
    config = root / 'config.py'
    config.write_text(f"""
train_dataloader = dict(
    dataset=dict(type='JDEDataset', data_root='{root}', ann_files=['set.train']))
val_dataloader = dict(
    dataset=dict(
        type='MOTVideoDataset', data_root='{root}/mot', sequences=['{sequence}']))
""")
    assert run(monkeypatch, config) == status


@pytest.mark.parametrize('filled', [True, False])
def test_a_class_may_have_its_boxes_in_another_set(root, monkeypatch, capsys, filled):
    """A config trains on several data sets: one of them must have each class."""
    other = shutil.copytree(root, root / 'other')
    if filled:
        path = next((other / 'set/labels_with_ids').rglob('*.txt'))
        path.write_text('1 0 0.3 0.5 0.2 0.4\n')
    config = root / 'config.py'
    names = "metainfo=dict(classes=('person', 'car')), ann_files=['set.train']"
    config.write_text(f"""
sets = [
    dict(type='JDEDataset', data_root='{root}', {names}),
    dict(type='JDEDataset', data_root='{other}', {names}),
]
train_dataloader = dict(dataset=dict(type='ConcatDataset', datasets=sets))
""")
    assert run(monkeypatch, config) == 0
    printed = capsys.readouterr().out
    assert ('class 1 (car) has no box' in printed) == (not filled)
    assert printed.count('class-without-boxes') == (not filled)
