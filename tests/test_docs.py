"""What the pages say can be done: links, commands, code and keys exist."""

import ast
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import contextmanager
from functools import cache
from glob import glob
from pathlib import Path

import pytest
from mmengine.config import Config
from packaging.requirements import Requirement

from fairmot_mm.__main__ import COMMANDS
from fairmot_mm.actions.list_models import table
from fairmot_mm.apis import load_config
from fairmot_mm.registry import HOOKS, MODELS, TASK_UTILS

ROOT = Path(__file__).parents[1]
PAGES = [
    *(page for page in sorted(ROOT.glob('*.md')) if page.name != 'CHANGELOG.md'),
    *sorted(ROOT.glob('docs/**/*.md')),
    *sorted(ROOT.glob('configs/**/*.md')),
]
LINK = re.compile(r'\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)')
FENCE = re.compile(r'^```(\w*)\n(.*?)^```', re.MULTILINE | re.DOTALL)
INLINE = re.compile(r'`((?:python )?tools/[\w/]+\.(?:py|sh) [^-`][^`]*)`')
OPTIONAL = re.compile(r'\[[A-Z]+[A-Z .]*\]')  # as in `tool CONFIG [CONFIG ...]`
COMMAND = re.compile(r'from (fairmot_mm\.commands\.\w+) import main')
TOOLS = sorted(
    str(path.relative_to(ROOT))
    for path in ROOT.glob('tools/**/*.py')
    if 'parse_args' in (text := path.read_text()) or COMMAND.search(text)
)
# Programs that are not ours; their arguments are not looked at.
PROGRAMS = {'apt', 'cd', 'export', 'git', 'ln', 'source', 'sh', '.venv/bin/pre-commit'}

pages = pytest.mark.parametrize(
    'page', PAGES, ids=lambda path: str(path.relative_to(ROOT))
)


def anchors(page):
    """Names of the headings of a page, as GitHub and the site make them."""
    text = FENCE.sub('', page.read_text())
    titles = re.findall(r'^#+ (.+)$', text, re.MULTILINE)
    plain = (re.sub(r'\[([^]]*)\]\([^)]*\)', r'\1', title).lower() for title in titles)
    return {re.sub(r'[^\w\- ]', '', title).replace(' ', '-') for title in plain}


@pages
def test_links(page):
    """Every link leads to a file, and to a heading in it."""
    for target, anchor in LINK.findall(FENCE.sub('', page.read_text())):
        path = (page.parent / target) if target else page
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path), f'{target}#{anchor}'


def commands(page):
    """The words of every command of a page, without the variables set before it."""
    text = page.read_text()
    lines = INLINE.findall(FENCE.sub('', text))
    for language, block in FENCE.findall(text):
        if language in ('', 'bash'):
            joined = block.replace('\\\n', ' ').splitlines()
            lines += [line for line in joined if language or is_command(line)]
    for line in lines:
        line = OPTIONAL.sub('', line).replace('$TOOLS/', 'tools/')
        for command in re.split(r' && ', line):
            words = shlex.split(command, comments=True)
            while words and re.match(r'[A-Z_]+=', words[0]):
                del words[0]
            if words:
                yield words


def is_command(line):
    """Whether a line of a block that names no language is a command, not output."""
    return bool(
        re.match(r'([A-Z_]+=\S+ )*(python|pip|make|mim|fairmot|tools/) ?', line)
    )


@cache
def load_tool(name):
    """The module with the command line of a tool: that of its command, or its own."""
    path = ROOT / name
    if command := COMMAND.search(path.read_text()):
        return importlib.import_module(command[1])
    spec = importlib.util.spec_from_file_location(f'documented_{path.stem}', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parse(tool, arguments, monkeypatch):
    """Let a tool read its command line, without running it."""
    module = load_tool(tool)
    monkeypatch.setattr(sys, 'argv', [tool, *arguments])
    module.parse_args()


def find_command(words):
    """Tool and arguments of the words after ``fairmot``."""
    count = 2 if ' '.join(words[:2]) in COMMANDS else 1
    module = f'fairmot_mm.commands.{COMMANDS[" ".join(words[:count])]}'
    for tool in TOOLS:
        command = COMMAND.search((ROOT / tool).read_text())
        if command and command[1] == module:
            return tool, words[count:]
    raise AssertionError(f'no tool runs {module}')


def as_python_tool(words):
    """Tool and arguments of a command that starts one of tools/; else None.

    The scripts hand their further arguments to train.py or test.py.
    """
    if words[0] == 'fairmot':
        return find_command(words[1:])
    if words[0] == 'mpirun':
        words = words[words.index('python') :]
    if words[:3] == ['mim', 'run', 'fairmot_mm']:
        return f'tools/{words[3].replace(":", "/")}.py', words[4:]
    if words[0] == 'python':
        words = words[1:]
    if script := re.fullmatch(r'tools/(dist|slurm)_(train|test)\.sh', words[0]):
        num_own = {'dist': 0, 'slurm': 2}[script[1]]  # PARTITION and JOB come first
        arguments = words[1 + num_own :]
        if script[1] == 'dist':  # PROCESSES follows CONFIG or CHECKPOINT
            del arguments[1 if script[2] == 'train' else 2]
        return f'tools/{script[2]}.py', arguments
    if re.fullmatch(r'tools/.*\.py', words[0]):
        return words[0], words[1:]
    return None


def missing_files(words):
    """Words that look like a file of the repository and are none."""
    for word in words:
        if re.match(r'(configs|tools|docs|tests|fairmot_mm)/', word):
            braces = re.search(r'\{(.*)\}', word)
            for part in braces[1].split(',') if braces else ['']:
                name = word.replace(braces[0], part) if braces else word
                if not glob(str(ROOT / name.split('#')[0])):
                    yield name


def check_command(words, monkeypatch):
    """Fail unless a command can be started as it stands."""
    assert not [*missing_files(words)]
    tool = as_python_tool(words)
    if tool is not None:
        parse(*tool, monkeypatch)
    elif words[:2] == ['python', '-c']:
        exec(compile(words[2], 'page', 'exec'), {})
    elif words[0] == 'make':
        assert (
            set(words[1:]) - {word for word in words if '=' in word} <= make_targets()
        )
    elif words[0] == 'pip':
        assert words[1] == 'install'
        for word in words[2:]:
            if not word.startswith(('-', '.')):
                Requirement(word)
    elif words[0] == 'mim':
        assert words[1] in ('train', 'test')
        assert words[2] == 'fairmot_mm'
    elif words[0] == 'python':
        assert words[1] == 'setup.py'
    else:
        assert words[0] in PROGRAMS or os.access(ROOT / words[0], os.X_OK)


@pages
def test_commands(page, monkeypatch, capsys):
    """Every command starts a file that exists with options that it knows."""
    for words in commands(page):
        with explained(words, capsys):
            check_command(words, monkeypatch)


@contextmanager
def explained(words, capsys):
    """Name the command that fails, with the last line that its parser printed."""
    try:
        yield
    except (Exception, SystemExit) as error:
        printed = capsys.readouterr().err.splitlines()
        pytest.fail(f'{shlex.join(words)}: {error!r} {printed[-1:]}')


def test_commands_are_found():
    """The pages have well over a hundred commands, of most tools."""
    found = [words for page in PAGES for words in commands(page)]
    tools = {tool[0] for words in found if (tool := as_python_tool(words))}
    assert len(found) > 120
    assert len(tools) > 20


def test_a_wrong_command_is_noticed(monkeypatch):
    """Options, files and targets that do not exist are told from those that do."""
    check_command(['python', 'tools/train.py', 'CONFIG', '--resume'], monkeypatch)
    check_command(['tools/dist_test.sh', 'CONFIG', 'WEIGHTS', '8'], monkeypatch)
    check_command(['fairmot', 'track', 'video.mp4', '--no-video'], monkeypatch)
    for wrong in (
        'python tools/train.py CONFIG --resumed',
        'python tools/train.py',
        'tools/dist_train.sh CONFIG 8 --no-such-option',
        'python tools/no_such_tool.py CONFIG',
        'python tools/train.py configs/fairmot/no_such_config.py',
        'make no-such-target',
        'no-such-program',
        'fairmot track video.mp4 --no-such-option',
        'fairmot no-such-command',
    ):
        with pytest.raises((AssertionError, KeyError, OSError, SystemExit)):
            check_command(wrong.split(), monkeypatch)


@pytest.mark.parametrize('tool', TOOLS)
def test_help(tool, monkeypatch, capsys):
    """Every tool describes itself and its options."""
    with pytest.raises(SystemExit) as ended:
        parse(tool, ['--help'], monkeypatch)
    assert ended.value.code == 0
    first_words = load_tool(tool).__doc__.split()[:4]
    assert ' '.join(first_words) in ' '.join(capsys.readouterr().out.split())


@cache
def make_targets():
    """The targets that `make help` lists."""
    listed = subprocess.run(
        ['make', '-C', ROOT, '--no-print-directory', 'help'],
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.split()[1] for line in listed.stdout.splitlines()}


@pytest.mark.skipif(shutil.which('make') is None, reason='make is not installed')
def test_make_targets():
    """Every target of `make help` can be made, as far as a dry run shows."""
    for target in make_targets() - {'help'}:
        command = ['make', '-C', ROOT, '-n', target]
        assert subprocess.run(command, capture_output=True, check=True).stdout


def code_blocks(page):
    """The Python blocks of a page."""
    return [text for name, text in FENCE.findall(page.read_text()) if name == 'python']


@pages
def test_code(page):
    """Code of a page is Python, and what it imports from us exists."""
    for block in code_blocks(page):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module.startswith('fairmot'):
                module = importlib.import_module(node.module)
                assert all(hasattr(module, alias.name) for alias in node.names)


@pages
def test_configs_in_pages(page, tmp_path):
    """A config of a page can be loaded, and its tracker built."""
    for block in filter(is_config, code_blocks(page)):
        file = tmp_path / 'config.py'
        file.write_text(BASE.sub(base, block))
        cfg = Config.fromfile(file, import_custom_modules=False)
        assert len(cfg) > 0
        if 'tracker' in cfg:
            assert MODELS.build(cfg.tracker)


BASE = re.compile(r"'(?:configs/fairmot/)?(fairmot_\S+\.py)'")


def is_config(block):
    """Whether a block is a config: nothing but assignments, and a base that is ours."""
    has_base = '_base_' not in block or BASE.search(block)
    return has_base and all(isinstance(x, ast.Assign) for x in ast.parse(block).body)


def base(match):
    """A base that a page names, by the path that it has in the repository."""
    return repr(str(ROOT / 'configs/fairmot' / match[1]))


def test_keys_of_answers():
    """What the questions are answered with can be set, and builds."""
    text = (ROOT / 'docs/how_to/faq.md').read_text()
    options = dict(re.findall(r'`?((?:[a-z_]+\.)+[a-z_]+)=([\w./]+)', text))
    assert len(options) > 10
    values = {'None': None, 'False': False}
    options = {
        key: values.get(value, float(value) if value[0].isdigit() else value)
        for key, value in options.items()
    }
    cfg = load_config('fairmot_dla34_2xb6-30e_mot17')
    for key in options:
        parent = cfg
        for name in key.split('.')[:-2]:
            parent = parent[name]  # a KeyError would show a key that nobody reads
    cfg.merge_from_dict(options)
    tracker = cfg.model.tracker
    assert tracker.track_buffer == 90
    assert MODELS.build(tracker).track_buffer == 90
    assert TASK_UTILS.get(tracker.gallery.type)
    assert HOOKS.build(cfg.default_hooks.loss_guard).action == 'skip'


def test_zoo_table():
    """The table of the model zoo is the one that its tool prints."""
    page = (ROOT / 'docs/reference/model_zoo.md').read_text()
    assert page.split('<!-- zoo -->\n')[1].split('\n<!-- /zoo -->')[0] == table()


def test_commands_page():
    """The page of the commands has every command, with the tool that does the same."""
    rows = re.findall(
        r'^\| `fairmot ([\w -]+)` \| `(tools/\S+)` \|',
        (ROOT / 'docs/reference/commands.md').read_text(),
        re.MULTILINE,
    )
    assert {name: find_command(name.split())[0] for name in COMMANDS} == dict(rows)
