import json

import cv2
import numpy as np
import pytest

TOOL = 'analysis_tools/benchmark_dataloader'


@pytest.fixture
def images(tmp_path):
    """Three JPEGs, one of them in a folder of its own."""
    rng = np.random.default_rng(0)
    for name in ('a.jpg', 'b.jpg', 'deep/c.jpg'):
        path = tmp_path / 'images' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), rng.integers(0, 255, (270, 480, 3)).astype(np.uint8))
    return tmp_path / 'images'


def test_folder(run_tool, images, tmp_path, capsys):
    """Every stage of every way has a time, and the stages add up to the whole."""
    out = tmp_path / 'times.json'
    run_tool(TOOL, '--images', images, '--num-samples', 1, '--json', out)
    numbers = json.loads(out.read_text())
    difference = numbers.pop('difference')
    assert difference['box_px'] < 1e-3
    assert 0 < difference['mean'] <= difference['p95'] <= difference['max']
    stages = {name: set(way['stages']) for name, way in numbers.items()}
    assert {'  decode', '  jitter', '  warp', 'PackJDEInputs'} <= stages['pipeline']
    assert {'LoadImage', 'Letterbox', 'JDERandomAffine'} <= stages['steps']
    assert stages['plain'] == {'read', 'jitter', 'resize', 'warp', 'to_tensor'}
    for way in numbers.values():
        assert way['total'] == pytest.approx(sum(way['stages'].values()))
        assert way['total'] > 0
    text = capsys.readouterr().out
    assert 'samples a second and core' in text
    assert 'times as fast as the same, step by step' in text


def test_config(run_tool, make_config, capsys):
    """The samples and the pipeline of a config."""
    run_tool(TOOL, make_config(), '--num-samples', 2)
    assert 'PackJDEInputs' in capsys.readouterr().out


def test_nothing_to_read(run_tool, tmp_path):
    """A folder without images, and a config without a list, are said in a line."""
    with pytest.raises(SystemExit, match='has no image in it'):
        run_tool(TOOL, '--images', tmp_path)
    with pytest.raises(SystemExit, match='use --images FOLDER'):
        run_tool(TOOL)
