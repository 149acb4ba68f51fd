"""tools/deployment/export_onnx.py, and tools/track.py on what it writes."""

import pytest


@pytest.fixture(scope='module')
def exported(run_tool, trained, tmp_path_factory):
    """Config, checkpoint and ONNX file of the tiny training."""
    config, work_dir = trained
    path = tmp_path_factory.mktemp('onnx') / 'tiny.onnx'
    checkpoint = work_dir / 'epoch_3.pth'
    run_tool('deployment/export_onnx', config, checkpoint, path)
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


def test_exported_on_the_way(run_tool, exported, street, tmp_path, log_lines):
    """--backend onnxruntime makes the file of a checkpoint once, for both tools."""
    config, checkpoint, path = exported
    own = track(run_tool, config, path, street, tmp_path / 'own')
    backend = ['--backend', 'onnxruntime']
    for folder in ('first', 'second'):
        out = tmp_path / folder
        assert track(run_tool, config, checkpoint, street, out, *backend) == own
    logs = [line for line in log_lines if 'exporting the network' in line]
    assert len(logs) == 1
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


def test_another_size_than_the_config(run_tool, exported, street, tmp_path, capsys):
    """A size given by hand is that of the file; a config of another one is refused."""
    config, checkpoint, _ = exported
    path = tmp_path / 'small.onnx'
    run_tool('deployment/export_onnx', config, checkpoint, path, '--input-size', 64, 32)
    assert '64x32' in capsys.readouterr().out
    with pytest.raises(SystemExit, match='takes images of 64x32 pixels'):
        track(run_tool, config, path, street, tmp_path / 'out')
