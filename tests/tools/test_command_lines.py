"""What all tools have in common."""

import ast
import importlib
import inspect
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from fairmot_mm.benchmark.training_benchmark import OPTIONS
from fairmot_mm.commands import (
    cache_detections,
    check_dataset,
    cut_out_people,
    evaluate,
    jde_mix,
    make_synthetic,
    track,
    tune_tracker,
)
from fairmot_mm.commands.benchmarks import train
from fairmot_mm.datasets.check import KINDS
from fairmot_mm.datasets.converters import MIX_SETS, PEDESTRIAN_ONLY, CutoutRules
from fairmot_mm.evaluation import PROTOCOLS
from fairmot_mm.synthetic import CAMERAS, DetectionNoise
from fairmot_mm.utils import cli
from fairmot_mm.video.frame_source import ON_ERROR

REPOSITORY = Path(__file__).parents[2]
ROOT = REPOSITORY / 'tools'
COMMANDS = [
    pytest.param(path, id=path.stem)
    for path in sorted(REPOSITORY.glob('fairmot_mm/commands/*.py'))
    if path.stem != '__init__'
]
# The tools of a developer run before the package is installed; inputs are no tools.
NO_FACES = (ROOT / 'dev', ROOT / 'analysis_tools' / 'inputs', ROOT / 'demo.py')
FACES = [
    pytest.param(path, id=str(path.relative_to(ROOT)))
    for path in sorted(ROOT.rglob('*.py'))
    if not any(path.is_relative_to(other) for other in NO_FACES)
]


FACE = """\"\"\"{summary}\"\"\"

from signal import SIG_DFL, SIGINT, default_int_handler, getsignal, signal

if __name__ == '__main__' and getsignal(SIGINT) is default_int_handler:
    signal(SIGINT, SIG_DFL)  # Ctrl-C while the command is imported: no traceback

from fairmot_mm.commands.{name} import main

if __name__ == '__main__':
    main()
"""


@pytest.mark.parametrize('path', FACES)
def test_face(path):
    """A file in tools/ runs the command of its name, and does nothing else."""
    summary = ast.get_docstring(ast.parse(path.read_text()))
    assert path.read_text() == FACE.format(summary=summary, name=path.stem)


def test_every_command_has_a_face():
    """mim and the habits of mmdet find every command in tools/."""
    faces = sorted(param.values[0].stem for param in FACES)
    assert faces == [param.values[0].stem for param in COMMANDS]


IMPORTS = """
import contextlib, io, sys
before = set(sys.modules)
from importlib import import_module
for name, words in {commands}:
    sys.argv = [name, *words]
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        import_module(f'fairmot_mm.{{name}}').main()
    others = {{module.split('.')[0] for module in set(sys.modules) - before}}
    print(name, *sorted(others - sys.stdlib_module_names))
"""


def imported_by(*commands):
    """Packages outside the standard library that commands import, by command."""
    code = IMPORTS.format(commands=commands)
    printed = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=True
    ).stdout
    return {words[0]: words[1:] for words in map(str.split, printed.splitlines())}


def test_help_needs_nothing_but_the_command_line():
    """`--help` imports the standard library and our own light modules alone."""
    names = [f'commands.{param.id}' for param in COMMANDS]
    found = imported_by(*((name, ['--help']) for name in (*names, '__main__')))
    assert found == {name: ['fairmot_mm'] for name in [*names, '__main__']}


@pytest.mark.parametrize(
    'words',
    [
        'track gone.mp4',
        'track --no-such-option gone.mp4',
        'track configs/gone.py gone.pth gone.mp4',
        'train gone.py',
        'train gone.py --amp float17',
        'test gone.py gone.pth',
        'evaluate results gone gone',
        'export gone.py gone.pth gone.onnx',
        'convert mot gone gone gone',
        'convert our-weights gone.pth out.pth',
        'benchmark track gone.py --input gone.mp4',
        'benchmark-data samples gone.py',
        'explain-switch gone.npz',
        'check-dataset gone.py',
        'trakc gone.mp4',
    ],
)
def test_a_mistake_is_told_before_anything_is_imported(words):
    """A missing file, a wrong option or command costs a fraction of a second."""
    assert imported_by(('__main__', words.split())) == {'__main__': ['fairmot_mm']}


@pytest.mark.parametrize(
    'words',
    [
        'track --model fairmot_dla35 {folder}',
        'track {folder}',
        'track {folder}/*.jpg',
        'train fairmot_dla35',
        'test fairmot_dla35',
        'export fairmot_dla35 {folder}/out.onnx',
        'benchmark track fairmot_dla34 --input {folder}',
    ],
)
def test_a_name_or_folder_is_looked_up_before_anything_is_imported(words, tmp_path):
    """A misspelt model, an empty folder or pattern needs no torch and no numpy."""
    words = words.format(folder=tmp_path).split()
    (found,) = imported_by(('__main__', words)).values()
    assert not {'cv2', 'mmengine', 'numpy', 'torch'} & {*found}


def test_choices_are_those_of_the_code():
    """What a command line offers without importing the code is what the code knows."""
    assert tuple(KINDS) == check_dataset.KINDS
    assert tuple(asdict(DetectionNoise())) == cache_detections.NOISE
    assert evaluate.PROTOCOLS == tune_tracker.PROTOCOLS == tuple(PROTOCOLS)
    assert tuple(MIX_SETS) == jde_mix.MIX_SETS
    assert make_synthetic.CAMERAS == CAMERAS
    assert tuple(OPTIONS) == train.OPTIONS
    assert track.ON_ERROR == ON_ERROR
    assert cli.PERSON_CLASSES == PEDESTRIAN_ONLY


def test_defaults_are_those_of_the_code(monkeypatch):
    """Rules of the cut-outs."""
    monkeypatch.setattr('sys.argv', ['cut', 'data', 'a.train', '--out', 'out'])
    args = vars(cut_out_people.parse_args())
    rules = asdict(CutoutRules())
    assert {name: args[name] for name in rules} == rules


@pytest.mark.parametrize('path', COMMANDS)
def test_parse_args(path, monkeypatch, capsys):
    """`parse_args()` reads the command line of the process; help says what it does."""
    module = importlib.import_module(f'fairmot_mm.commands.{path.stem}')
    assert not inspect.signature(module.parse_args).parameters
    monkeypatch.setattr('sys.argv', [path.name, '--help'])
    with pytest.raises(SystemExit) as ended:
        module.parse_args()
    assert ended.value.code == 0
    assert f'usage: {path.name}' in capsys.readouterr().out


@pytest.mark.parametrize('path', COMMANDS)
def test_main(path):
    """`main()` ends an error of the user with one line, see `one_line_errors`."""
    functions = {
        node.name: node
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
    }
    main = functions['main']
    assert not main.args.args
    lines = (ast.unparse(each) for each in (*main.decorator_list, *main.body))
    handled = [line.removeprefix('cli.') for line in lines]
    assert any(each.startswith('one_line_errors(') for each in handled)
