"""What a command imports before its first result.

Each test starts a process: what another test has imported must not count.
"""

import importlib.util
from pathlib import Path

import pytest

from fairmot_mm.datasets.converters import convert_mot
from fairmot_mm.synthetic import SyntheticScene, write_sequence

SCRIPT = Path(__file__).parents[3] / 'tools/dev/measure_start.py'
# What no command needs before it has scores, pictures or models to write.
UNUSED = {
    *('matplotlib', 'motmetrics', 'onnx', 'onnxruntime', 'optuna', 'pandas'),
    *('seaborn', 'sklearn', 'torchvision', 'trackeval'),
}
# What torch imports for compiled or sharded networks; its optimizers need it too.
COMPILERS = {
    *('sympy', 'torch._dynamo', 'torch.distributed.fsdp'),
    *('torch.distributed.optim', 'torch.distributed.tensor'),
}
SCIPY = {'scipy.linalg', 'scipy.optimize', 'scipy.sparse'}
FORBIDDEN = {
    'track': UNUSED | COMPILERS | SCIPY | {'tensorboard', 'torch.utils.tensorboard'},
    'test': UNUSED | COMPILERS,
    'train': UNUSED | SCIPY,
}


@pytest.fixture(scope='module')
def script():
    spec = importlib.util.spec_from_file_location('measure_start', SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope='module')
def street(tmp_path_factory):
    root = tmp_path_factory.mktemp('street')
    scene = SyntheticScene(0, 5, width=320, height=192, num_frames=4)
    write_sequence(root / 'test' / 'one', scene)
    convert_mot(root / 'test', root, 'synthetic')
    return root


@pytest.mark.parametrize(
    'name',
    [
        'track',
        pytest.param('test', marks=pytest.mark.slow),
        pytest.param('train', marks=pytest.mark.slow),
    ],
)
def test_first_result_needs_no_heavy_package(script, street, name):
    """A command imports only what its first result needs."""
    result = 'iteration' if name == 'train' else 'frame'
    command = script.commands(street)[f'`{name}.py`, first {result}']
    printed = script.run(command, SCRIPT.parents[2]).stdout
    imported = set(printed.splitlines()[-1].split())
    assert 'mmdet.models' in imported
    assert not imported & FORBIDDEN[name]


def test_a_command_that_fails_is_no_measurement(script):
    """A traceback ends the script; the one line of a mistake is what is measured."""
    call = ['-c', 'import fairmot_mm.commands.track as c; c.main()', 'gone.mp4']
    assert 'gone.mp4 does not exist' in script.run(call, SCRIPT.parents[2]).stderr
    with pytest.raises(SystemExit, match='ZeroDivisionError'):
        script.run(['-c', '1 / 0'], SCRIPT.parents[2])
