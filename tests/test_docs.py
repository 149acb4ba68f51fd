"""What the pages say can be done: links, commands, options and keys exist."""

import re
import shlex
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest

from fairmot_mm.apis import load_config
from fairmot_mm.inference.inference_options import InferenceOptions
from fairmot_mm.registry import HOOKS, MODELS, TASK_UTILS

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob('*.md')), *sorted(ROOT.glob('docs/*.md'))]
LINK = re.compile(r'\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)')
FENCE = re.compile(r'^```(\w*)\n(.*?)^```', re.MULTILINE | re.DOTALL)
TOOL = re.compile(r'(?:^|/)(tools/[\w/]+\.(?:py|sh))$')

pages = pytest.mark.parametrize('page', PAGES, ids=lambda path: path.name)


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
    """The words of every command of a page that runs one of our tools."""
    for language, block in FENCE.findall(page.read_text()):
        if language not in ('', 'bash'):
            continue
        for line in block.replace('\\\n', ' ').splitlines():
            words = shlex.split(line, comments=True) if 'tools/' in line else []
            for number, word in enumerate(words):
                if match := TOOL.search(word.replace('$TOOLS/', 'tools/')):
                    yield match[1], words[number + 1 :]


@cache
def source(tool):
    """Text of a tool with that of the options it shares with others."""
    names = [tool]
    if 'dist_' in tool or 'slurm_' in tool:
        names += ['tools/train.py', 'tools/test.py']
    texts = [(ROOT / name).read_text() for name in names]
    return '\n'.join([*texts, (ROOT / 'fairmot_mm/utils/cli.py').read_text()])


def inference_options(tool):
    """Options that a tool has for the fields of InferenceOptions."""
    if 'add_inference_arguments' not in (ROOT / tool).read_text():
        return set()
    names = (field.name for field in fields(InferenceOptions))
    return {'--' + name.replace('_', '-') for name in names}


@pages
def test_commands(page):
    """Every tool that is called exists and knows the options it is called with."""
    for tool, words in commands(page):
        assert (ROOT / tool).is_file(), tool
        for option in (word for word in words if re.match('--[a-z]', word)):
            known = f"'{option.split('=')[0]}'" in source(tool)
            assert known or option in inference_options(tool), f'{tool} {option}'


def test_keys_of_answers():
    """What the questions are answered with can be set, and builds."""
    text = (ROOT / 'docs/faq.md').read_text()
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
    namespace = {'__name__': 'list_models'}
    tool = ROOT / 'tools/misc/list_models.py'
    exec(compile(tool.read_text(), tool, 'exec'), namespace)
    page = (ROOT / 'docs/model_zoo.md').read_text()
    assert page.split('<!-- zoo -->\n')[1].split('\n<!-- /zoo -->')[0] == (
        namespace['table']()
    )
