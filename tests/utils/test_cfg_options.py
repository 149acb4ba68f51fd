import argparse

import pytest

from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.cfg_options import CfgOptions, parse_value


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('4', 4),
        ('1e-4', 1e-4),
        ('true', True),
        ('False', False),
        ('None', None),
        ('ten', 'ten'),
        ('', ''),
        ('a,b', ['a', 'b']),
        ('1,2,3', [1, 2, 3]),
        ('(1,2),(3,4)', [(1, 2), (3, 4)]),
        ('[MOT17-*-SDP]', ['MOT17-*-SDP']),
        ("['a b', 'c,d']", ['a b', 'c,d']),
        ('[(1, 2), [a, b], c]', [(1, 2), ['a', 'b'], 'c']),
        ('(1088, 608)', (1088, 608)),
        ('[]', []),
        ('dict(max_norm=5)', {'max_norm': 5}),
        ("dict(type='SGD', lr=0.1, b=(1,))", {'type': 'SGD', 'lr': 0.1, 'b': (1,)}),
        ("{'max_norm': 5, 'a': {'b': [1]}}", {'max_norm': 5, 'a': {'b': [1]}}),
        ('[dict(type=A), dict(type=B)]', [{'type': 'A'}, {'type': 'B'}]),
        ('/my data/x', '/my data/x'),
        ('"0"', '0'),
        ("it's", "it's"),
        ('s/[ab]*.jpg', 's/[ab]*.jpg'),
        ('[a] b', '[a] b'),
        ('http://x/y?a=b', 'http://x/y?a=b'),
    ],
)
def test_values(text, value):
    """As in a config; strings need no quotes and keep their spaces."""
    assert parse_value(text, 'key') == value
    assert type(parse_value(text, 'key')) is type(value)


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('[1,2', r"key: a '\]' is missing"),
        ('a,(b', r"key: a '\)' is missing"),
        ("['a, b]", r'key: a "\'" is missing'),
        ('[1,2)]', r"key: a '\)' closes nothing"),
        ('dict(', r"key: a '\)' is missing"),
        ('dict(a=[1)', r"key: a '\)' closes nothing"),
        ('"a', "key: a '\"' is missing"),
        ('dict(5)', r"key: '5' is not of the form NAME=VALUE"),
        ('{a}', r"key: 'a' is not of the form NAME:VALUE"),
    ],
)
def test_broken_values(text, message):
    """A value that cannot be meant is refused, not cut."""
    with pytest.raises(ConfigError, match=message):
        parse_value(text, 'key')


def parse(*words):
    parser = argparse.ArgumentParser()
    parser.add_argument('--cfg-options', nargs='+', action=CfgOptions)
    return parser.parse_args(words).cfg_options


def test_options():
    """All options of a command line together; the last of a key counts."""
    words = ('--cfg-options', 'a.b=1', 'c=x=y', '--cfg-options', 'a.b=2')
    assert parse(*words) == {'a.b': 2, 'c': 'x=y'}
    assert parse() is None


@pytest.mark.parametrize('option', ['train_cfg.max_epochs', '=3', 'a..b=1', '.a=1'])
def test_no_option(option):
    """What is no option is said, with an example."""
    with pytest.raises(ConfigError, match='not of the form KEY=VALUE, as in train_'):
        parse('--cfg-options', option)
