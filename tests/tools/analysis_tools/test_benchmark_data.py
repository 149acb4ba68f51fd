import json
import time

import cv2
import numpy as np
import pytest

from fairmot_mm.benchmark.commands import index as index_command
from fairmot_mm.datasets import FusedJDEAugment
from fairmot_mm.datasets import label_index as index_of_labels

TOOL = 'analysis_tools/benchmark_data'


@pytest.fixture
def run(run_tool, tmp_path):
    """Run a command; gives the numbers it wrote."""

    def run(*args):
        run_tool(TOOL, *args, '--json', tmp_path / 'out.json')
        return json.loads((tmp_path / 'out.json').read_text())

    return run


@pytest.fixture
def images(tmp_path):
    """Three JPEGs, one of them in a folder of its own."""
    rng = np.random.default_rng(0)
    for name in ('a.jpg', 'b.jpg', 'deep/c.jpg'):
        path = tmp_path / 'images' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), rng.integers(0, 255, (270, 480, 3)).astype(np.uint8))
    return tmp_path / 'images'


def test_samples_of_a_folder(run, images, capsys):
    """Every step of both forms has a time, and the steps add up to the whole."""
    numbers = run('samples', '--images', images, '--num-samples', 1)
    difference = numbers.pop('difference')
    assert difference['box_px'] < 1e-3
    assert 0 < difference['mean'] <= difference['p95'] <= difference['max']
    steps = {name: set(form['steps']) for name, form in numbers.items()}
    assert {'  decode', '  jitter', '  warp', 'PackJDEInputs'} <= steps['pipeline']
    assert {'LoadImage', 'Letterbox', 'JDERandomAffine'} <= steps['steps']
    for form in numbers.values():
        assert form['total'] == pytest.approx(sum(form['steps'].values()))
    assert 'samples a second and core' in capsys.readouterr().out


def test_a_slow_step_is_found(run, images, monkeypatch):
    """The time of a step is in its own row, not in that of the step around it."""
    warp = FusedJDEAugment.warp

    def slow(self, *args, **kwargs):
        end = time.process_time() + 0.1
        while time.process_time() < end:
            pass
        return warp(self, *args, **kwargs)

    monkeypatch.setattr(FusedJDEAugment, 'warp', slow)
    numbers = run('samples', '--images', images, '--num-samples', 2)
    steps = numbers['pipeline']['steps']
    assert steps.pop('  warp') >= 100
    assert max(steps.values()) < 50


def test_samples_of_a_config(run, make_config):
    """The samples and the pipeline of a config."""
    numbers = run('samples', make_config(), '--num-samples', 2)
    assert 'PackJDEInputs' in numbers['pipeline']['steps']


def test_nothing_to_read(run_tool, tmp_path):
    """A folder without images, and a config without a list, are said in a line."""
    with pytest.raises(SystemExit, match='has no image in it'):
        run_tool(TOOL, 'samples', '--images', tmp_path)
    with pytest.raises(SystemExit, match='use --images FOLDER'):
        run_tool(TOOL, 'samples')


def test_index(run, monkeypatch):
    """Only the first start reads all files; a worker that grows is seen to grow."""
    calls = []
    monkeypatch.setattr(
        index_command, 'unshared_memory', lambda: calls.append(0) or 1e6 * len(calls)
    )
    read = index_of_labels.read_labels

    def slow(*args):
        time.sleep(1e-3)
        return read(*args)

    monkeypatch.setattr(index_of_labels, 'read_labels', slow)
    found = run('index', '--num-images', 400, '--num-people', 2, '--num-workers', 1)
    first, second, changed = found['seconds'].values()
    assert first > 0.4
    assert max(second, changed) < first / 2
    (worker,) = found['workers']
    assert worker['early MB'] < worker['late MB']
