"""tools/deployment/export_onnx.py, and tools/track.py on what it writes."""

import shutil

import pytest
import torch

from fairmot_mm.benchmark.random_network import make_random_checkpoint


@pytest.fixture(scope='module')
def small_config(make_config):
    """The tiny config with images of 64x32 pixels."""
    return make_config('input_size = (64, 32)\n')


@pytest.fixture(scope='module')
def exported(run_tool, make_config, small_config, street, tmp_path_factory):
    """Config and checkpoint of the tiny network, and its ONNX file of 96x64 pixels.

    The size is given by hand, as the config of the export has another one.
    """
    config, folder = make_config(), tmp_path_factory.mktemp('onnx')
    checkpoint, path = folder / 'tiny.pth', folder / 'tiny.onnx'
    make_random_checkpoint(config, street / 'mot' / 'b', checkpoint)
    options = ['--input-size', 96, 64]
    run_tool('deployment/export_onnx', small_config, checkpoint, path, *options)
    return config, checkpoint, path


def track(run_tool, config, weights, street, out, *options):
    """Text of the result file of the second sequence."""
    run_tool(
        'track',
        config,
        weights,
        street / 'mot/b',
        '--out',
        out,
        '--no-video',
        '--device',
        'cpu',
        *options,
        '--cfg-options',
        'model.tracker.obj_score_thr=0.05',
        'model.tracker.min_box_area=0',
    )
    return (out / 'b.txt').read_text()


def test_exported_on_the_way(
    run_tool, exported, street, tmp_path, log_lines, monkeypatch
):
    """--backend onnxruntime makes the file of a checkpoint once, for both tools.

    An export takes seconds: the file of the fixture stands for what it writes.
    """
    config, checkpoint, path = exported
    weights, sizes = torch.load(checkpoint)['state_dict'], []

    def export(model, out, size):
        assert all(values.equal(weights[k]) for k, values in model.state_dict().items())
        sizes.append(size)
        shutil.copy(path, out)

    monkeypatch.setattr('fairmot_mm.inference.onnx_backend.export_onnx', export)
    own = track(run_tool, config, path, street, tmp_path / 'own')
    backend = ['--backend', 'onnxruntime']
    for folder in ('first', 'second'):
        out = tmp_path / folder
        assert track(run_tool, config, checkpoint, street, out, *backend) == own
    logs = [line for line in log_lines if 'is exported for onnxruntime' in line]
    assert len(logs) == 1
    assert sizes == [(96, 64)]
    run_tool(
        'test', config, checkpoint, '--work-dir', tmp_path, *backend, '--device', 'cpu'
    )
    assert (tmp_path / 'results' / 'b.txt').is_file()
    with pytest.raises(SystemExit, match='fuse_conv_bn is for the backend pytorch'):
        track(run_tool, config, checkpoint, street, out, *backend, '--fuse-conv-bn')


def rows_of(text):
    return [[float(value) for value in line.split(',')] for line in text.splitlines()]


def test_same_tracks(run_tool, exported, street, tmp_path):
    """The file gives the tracks of the checkpoint."""
    config, checkpoint, path = exported
    own = rows_of(track(run_tool, config, checkpoint, street, tmp_path / 'torch'))
    other = rows_of(track(run_tool, config, path, street, tmp_path / 'onnx'))
    assert len(own) == len(other) > 0
    for row, twin in zip(own, other, strict=True):
        assert row[:2] == twin[:2]
        assert row[2:6] == pytest.approx(twin[2:6], abs=1e-2)


def test_another_size_than_the_config(
    run_tool, exported, small_config, street, tmp_path
):
    """The size given by hand is that of the file; a config of another is refused."""
    with pytest.raises(SystemExit, match='takes images of 96x64 pixels'):
        track(run_tool, small_config, exported[2], street, tmp_path / 'out')
