import inspect

import pytest
from mmengine.config import Config
from mmengine.runner import Runner

from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.configs.variables import RUNNER_KEYS, replace_variables


def replaced(**values):
    return replace_variables(Config(values)).to_dict()


def test_keys_of_the_runner():
    """The list is that of the installed mmengine."""
    parameters = {*inspect.signature(Runner.__init__).parameters}
    assert parameters - {'self', 'cfg'} == RUNNER_KEYS


def test_values_keep_their_type():
    """A string that is a reference becomes the value; a longer one has its text."""
    found = replaced(
        size=(64, 32), n=3, a=dict(b='${size}', c=['${n}', 'x${n}.${n}']), d='${a.c}'
    )
    assert found['a'] == dict(b=(64, 32), c=[3, 'x3.3'])
    assert found['d'] == [3, 'x3.3']


def test_variables_in_variables():
    """However deep, and in any order."""
    names = {f'v{k}': f'${{v{k + 1}}}/{k}' for k in range(30)}
    assert replaced(**names, v30='end')['v0'].startswith('end/29/28')


def test_two_places_share_no_dict():
    """A change of one place is no change of another one, nor of the variable."""
    cfg = replace_variables(Config(dict(one=dict(a=1), x='${one}', y='${one}')))
    cfg.x.a = 2
    assert (cfg.one.a, cfg.y.a) == (1, 1)


def test_the_config_stays_as_it_is():
    """The result is another config, with the name of the same file."""
    cfg = Config(dict(n=3, x='${n}'))
    assert replace_variables(cfg).x == 3
    assert cfg.x == '${n}'


@pytest.mark.parametrize(
    ('values', 'message'),
    [
        (dict(x='${gone}'), r'does not define: \$\{gone\}'),
        (dict(n=3, x='${n.a}'), r'does not define: \$\{n\.a\}'),
        (dict(l=[1], x='${l.0}'), r'does not define: \$\{l\.0\}'),
        (dict(a='${b}', b='${a}'), r'the variable \$\{\w\} of the config names itself'),
        (dict(a=['${a}']), r'the variable \$\{a\} of the config names itself'),
        (dict(n=[1], x='a${n}'), r"longer string: \$\{n\} in 'a\$\{n\}' is \[1\]"),
    ],
)
def test_wrong_variables(values, message):
    """One that is not there, that names itself, or that cannot be written out."""
    with pytest.raises(ConfigError, match=message):
        replaced(**values)
