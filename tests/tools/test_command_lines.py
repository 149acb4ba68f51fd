"""What all tools have in common."""

import ast
import importlib
import inspect
import json
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
from fairmot_mm.utils.converter_arguments import PERSON_CLASSES
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
        'track --device gpu gone.mp4',
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


LIGHT = 'configs/fairmot/fairmot_yolov5s-lite_1xb8-14e_street.py'
WEIGHTS = 'fairmot_mm/model_zoo/fairmot_yolov5s-lite.pth'


OPTIONS_OF_CONFIGS = (
    'track {folder}/1.jpg',
    f'track {LIGHT} {WEIGHTS} {{folder}}/1.jpg',
    'track-many {folder} --out {folder}',
    f'test {LIGHT} {WEIGHTS}',
    f'train {LIGHT}',
    f'browse-dataset {LIGHT} {{folder}}',
    f'export {LIGHT} {WEIGHTS} {{folder}}/a.onnx',
    f'quantize {LIGHT} {WEIGHTS} {{folder}}/1.jpg --out {{folder}}/a.onnx',
    f'cache-detections {{folder}} --out {{folder}} --config {LIGHT} '
    f'--checkpoint {WEIGHTS}',
    'evaluate detections {folder}',
    'explain-switch {folder}',
    f'tune-tracker {{folder}} --out {{folder}} --config {LIGHT}',
    'report {folder} --gt {folder} --detections {folder} --out {folder}/a.html',
    'benchmark tracker',
    f'benchmark train {LIGHT}',
    f'benchmark track {LIGHT} --input {{folder}}/1.jpg',
)
WRONG_FILES = {
    'track {folder}/text.mp4': 'text.mp4 cannot be opened as a video',
    'track file://{folder}/gone.mp4': 'gone.mp4 does not exist',
    'track --weights {folder}/text.pth {folder}/1.jpg': 'text.pth cannot be read',
    f'train {LIGHT} --resume {{folder}}/text.pth': 'text.pth cannot be read',
    'publish {folder}/text.pth {folder}/out.pth': 'text.pth cannot be read',
    'train {folder}/broken.py': 'broken.py cannot be read: SyntaxError',
    f'train {LIGHT} --work-dir {{folder}}/1.jpg/a': 'cannot write into folder',
    'track --out {folder}/1.jpg {folder}/1.jpg': 'cannot write into folder',
    'track --out {folder} {folder}/1.jpg': '1.txt exists; choose another folder',
    f'export {LIGHT} {WEIGHTS} {{folder}}/text.pth': 'text.pth exists',
    f'quantize {LIGHT} {WEIGHTS} {{folder}}/1.jpg --out {{folder}}': 'is a folder',
    'convert mot {folder} {folder}/1.jpg name': 'cannot write into folder',
    'make-synthetic {folder}/1.jpg': 'cannot write into folder',
}


def test_a_wrong_option_of_a_config_is_told_without_torch(tmp_path):
    """A key that nothing reads, or that a component lacks, and a broken value."""
    (tmp_path / '1.jpg').touch()
    wrong = {
        'no_such=1': 'option no_such would change nothing',
        'model.tracker.no_such=1': "JDETracker has no argument 'no_such'",
        'model.tracker=dict(': "a ')' is missing in 'dict('",
    }
    lines = [line.format(folder=tmp_path) for line in OPTIONS_OF_CONFIGS]
    commands = {
        f'{line} --cfg-options {option}': wrong[option]
        for line in lines
        for option in wrong
    }
    assert_told_without_torch(commands)


def test_a_wrong_file_is_told_without_torch(tmp_path):
    """What is no video, no checkpoint or no config, and what cannot be written."""
    for name in ('1.jpg', '1.txt', 'text.mp4', 'text.pth'):
        (tmp_path / name).write_text('text')
    (tmp_path / 'broken.py').write_text('model = dict(')
    named = WRONG_FILES.items()
    assert_told_without_torch({k.format(folder=tmp_path): text for k, text in named})


ENDS = """
import contextlib, io, json, sys
from fairmot_mm.__main__ import main
told = {}
for line in json.load(sys.stdin):
    sys.argv = ['fairmot', *line.split()]
    with contextlib.redirect_stderr(io.StringIO()) as errors:
        try:
            main()
        except SystemExit as end:
            told[line] = errors.getvalue(), str(end)
print(json.dumps([told, [*sys.modules]]))
"""


def assert_told_without_torch(commands):
    """Each command ends with one line that has a text; none of them imports torch."""
    done = subprocess.run(
        [sys.executable, '-c', ENDS],
        input=json.dumps([*commands]),
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    )
    assert done.returncode == 0, done.stderr
    told, modules = json.loads(done.stdout)
    for command, text in commands.items():
        before, line = told[command]
        assert (before, text in line, line.count('\n')) == ('', True, 0), command
    assert not {'torch', 'mmdet', 'mmcv'} & {*modules}


def test_choices_are_those_of_the_code():
    """What a command line offers without importing the code is what the code knows."""
    assert tuple(KINDS) == check_dataset.KINDS
    assert tuple(asdict(DetectionNoise())) == cache_detections.NOISE
    assert evaluate.PROTOCOLS == tune_tracker.PROTOCOLS == tuple(PROTOCOLS)
    assert tuple(MIX_SETS) == jde_mix.MIX_SETS
    assert make_synthetic.CAMERAS == CAMERAS
    assert tuple(OPTIONS) == train.OPTIONS
    assert track.ON_ERROR == ON_ERROR
    assert PERSON_CLASSES == PEDESTRIAN_ONLY


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
