import sys

import pytest

from fairmot_mm.apis import load_config
from fairmot_mm.utils import ConfigError


@pytest.fixture
def config(tmp_path, monkeypatch):
    """A config in a folder of its own, and that of a child in another folder."""
    monkeypatch.setattr(sys, 'path', [*sys.path])
    folder = tmp_path / 'base'
    folder.mkdir()

    def write(name, text='', *, allow=False):
        imports = dict(imports=[name], allow_failed_imports=allow)
        (folder / 'c.py').write_text(f'custom_imports = {imports}\n')
        (folder / f'{name.split(".")[0]}.py').write_text(text)
        child = tmp_path / 'child.py'
        child.write_text("_base_ = 'base/c.py'\n")
        return folder / 'c.py', child

    yield write
    for name in [name for name in sys.modules if name.startswith('beside_')]:
        del sys.modules[name]


def test_a_module_beside_the_config(config):
    """It is found without PYTHONPATH, also from a child in another folder."""
    for number, path in enumerate(config('beside_me', 'VALUE = 3')):
        sys.modules.pop('beside_me', None)
        load_config(path)
        assert sys.modules['beside_me'].VALUE == 3, number


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        (
            'x = 1\nimport not_there_at_all',
            r"beside_bad\.py, line 2: ModuleNotFoundError: .*'not_there_at_all'",
        ),
        ('\n\ndef f(:\n', r'beside_bad\.py, line 3: SyntaxError'),
        ('y = {}\ny["a"]', r"beside_bad\.py, line 2: KeyError: 'a'"),
        ('from fairmot_mm import nothing_like_it', r'line 1: ImportError: .*nothing_'),
    ],
)
def test_an_import_that_fails_inside(config, text, message):
    """File, line and cause are shown, not the search path."""
    with pytest.raises(ConfigError, match=message) as caught:
        load_config(config('beside_bad', text)[0])
    assert '\n' not in str(caught.value)


def test_a_module_that_is_not_there(config, log_lines):
    """The module is named, or logged where a failure is allowed."""
    name = 'beside_gone.inner'
    with pytest.raises(
        ConfigError, match=r"no module 'beside_gone\.inner'|beside_gone"
    ):
        load_config(config(name)[0])
    path, _ = config('beside_that')
    path.write_text("custom_imports = dict(imports='nowhere_to_be_found')")
    with pytest.raises(ConfigError, match="no module 'nowhere_to_be_found' beside"):
        load_config(path)
    path.write_text(
        "custom_imports = dict(imports=['nowhere_2'], allow_failed_imports=True)"
    )
    load_config(path)
    assert any("no module 'nowhere_2'" in line for line in log_lines)


@pytest.mark.parametrize('value', ["['a']", "dict(import_=['a'])"])
def test_another_form(config, value):
    """The form that is right is shown."""
    path, _ = config('beside_form')
    path.write_text(f'custom_imports = {value}')
    with pytest.raises(ConfigError, match=r'not of the form dict\(imports='):
        load_config(path)
