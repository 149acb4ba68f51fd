"""tools/deployment/quantize.py on a small network."""

from types import SimpleNamespace

import pytest

from fairmot_mm.actions.quantize import Comparison
from fairmot_mm.benchmark.random_network import make_random_checkpoint
from fairmot_mm.utils import ConfigError

pytest.importorskip('nncf')


@pytest.fixture(scope='module')
def network(make_config, street, tmp_path_factory):
    """Config and checkpoint of the tiny network, which finds something."""
    config, folder = make_config(), tmp_path_factory.mktemp('float')
    make_random_checkpoint(config, street / 'mot' / 'b', folder / 'tiny.pth')
    return config, folder / 'tiny.pth'


def quantize(run_tool, network, street, out, *options):
    options = ['--out', out, '--frames', 4, *options]
    return run_tool('deployment/quantize', *network, street / 'mot/a', *options)


def test_written_or_refused(run_tool, network, street, tmp_path, capsys):
    """A file that loses more than --max-drop of the scores is not written."""
    out = tmp_path / 'int8.onnx'
    gt = ['--ground-truth', street / 'mot/b']
    quantize(run_tool, network, street, out, *gt, '--max-drop', 1000)
    text = capsys.readouterr().out
    assert 'int8.onnx: ' in text
    assert 'calibrated on 4 frames' in text
    assert text.count('OVERALL') == 2
    run_tool(
        'track',
        network[0],
        out,
        street / 'mot/b',
        '--out',
        tmp_path / 'tracks',
        '--no-video',
        '--backend',
        'openvino',
    )
    assert (tmp_path / 'tracks' / 'b.txt').is_file()
    before = out.read_bytes()
    with pytest.raises(SystemExit, match=r'^error: .*int8\.onnx exists'):
        quantize(run_tool, network, street, out)
    with pytest.raises(SystemExit, match='quantized already'):
        quantize(run_tool, (network[0], out), street, tmp_path / 'twice.onnx')
    with pytest.raises(SystemExit, match=r'^error: int8 loses .* hundredths of the'):
        quantize(run_tool, network, street, out, '--overwrite', '--max-drop', 0)
    assert out.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ['int8.onnx', 'tracks']


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--ground-truth', 'mot/a'], 'is the input, or named twice'),
        (['--ground-truth', 'mot/b', 'mot/b'], 'is the input, or named twice'),
        (['--ground-truth', 'mot/c'], 'mot/c is not a folder'),
    ],
)
def test_wrong_sequences(run_tool, network, street, tmp_path, options, message):
    """Scores of the frames of the calibration would mean nothing."""
    options = [street / part if '/' in part else part for part in options]
    with pytest.raises(SystemExit, match=f'^error: .*{message}'):
        quantize(run_tool, network, street, tmp_path / 'a.onnx', *options)
    assert not any(tmp_path.iterdir())


def test_no_tracker():
    """Its threshold says which detections are compared."""
    with pytest.raises(ConfigError, match='the model has no tracker'):
        Comparison(SimpleNamespace(tracker=None), None, [])
