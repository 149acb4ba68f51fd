"""What all tools have in common."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

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
    assert any(
        each.startswith(('one_line_errors(', 'run_converter(')) for each in handled
    )
