"""What all tools have in common."""

import ast
import inspect
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / 'tools'
# The tools of a developer run before the package is installed, inputs are no tools.
NO_TOOLS = (ROOT / 'dev', ROOT / 'analysis_tools' / 'inputs')
TOOLS = [
    pytest.param(path, id=str(path.relative_to(ROOT)))
    for path in sorted(ROOT.rglob('*.py'))
    if not any(path.is_relative_to(folder) for folder in NO_TOOLS)
]


@pytest.mark.parametrize('path', TOOLS)
def test_parse_args(path, monkeypatch, capsys):
    """`parse_args()` reads the command line of the process; help says what it does."""
    parse_args = runpy.run_path(str(path))['parse_args']
    assert not inspect.signature(parse_args).parameters
    monkeypatch.setattr('sys.argv', [path.name, '--help'])
    with pytest.raises(SystemExit) as ended:
        parse_args()
    assert ended.value.code == 0
    assert f'usage: {path.name}' in capsys.readouterr().out


@pytest.mark.parametrize('path', TOOLS)
def test_main(path):
    """`main()` ends an error of the user with one line, see `one_line_errors`."""
    text = path.read_text()
    functions = {
        node.name: node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef)
    }
    main = functions['main']
    assert not main.args.args
    lines = (ast.unparse(each) for each in (*main.decorator_list, *main.body))
    handled = [line.removeprefix('cli.') for line in lines]
    assert any(
        each.startswith(('one_line_errors(', 'run_converter(')) for each in handled
    )
    assert text.endswith("if __name__ == '__main__':\n    main()\n")
