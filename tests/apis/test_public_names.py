import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import fairmot_mm
from fairmot_mm import apis

REFERENCE = Path(__file__).parents[2] / 'docs/reference'
PAGE = REFERENCE / 'api.md'
# Users import these names from `fairmot_mm.apis`, wherever they live. A name may be
# added here; one that is taken away breaks the programs of users.
PUBLIC = {
    'InferenceOptions',
    'MultiStreamInferencer',
    'StreamResult',
    'TrackInferencer',
    'TrackingState',
    'ZooModel',
    'accelerate',
    'build_component',
    'build_runner',
    'build_tracker',
    'convert_published',
    'default_model',
    'detect_sequence',
    'explain_build_errors',
    'export_published',
    'fetch_weights',
    'find_model',
    'find_resume_checkpoint',
    'init_model',
    'list_models',
    'load_checkpoint',
    'load_config',
    'load_run_config',
    'publish_weights',
    'read_state_dict',
    'require_initial_weights',
    'set_num_ids',
    'weights_of',
}
UNDOCUMENTED = {'explain_build_errors'}  # of use in tools only


def test_list_of_names():
    """What `fairmot_mm.apis` exports is this list."""
    assert set(apis.__all__) == PUBLIC


@pytest.mark.parametrize('name', sorted(PUBLIC))
def test_name_is_a_function_or_class(name):
    """It is not hidden by the module of the same name, and it says what it does."""
    public = getattr(apis, name)
    assert callable(public)
    assert public.__name__ == name
    assert public.__doc__


def test_documented_names():
    """The page of the Python interface has a section for each, and for no other."""
    named = re.findall(r'^::: fairmot_mm\.apis\.(\w+)$', PAGE.read_text(), re.MULTILINE)
    assert sorted(named) == sorted(PUBLIC - UNDOCUMENTED)


def resolve(path):
    """The object that a dotted path names."""
    module, name = path.rsplit('.', 1)
    return getattr(importlib.import_module(module), name)


def test_reference_has_every_public_name():
    """What a package of fairmot_mm exports has a section in the reference."""
    pages = PAGE.read_text() + (REFERENCE / 'components.md').read_text()
    sections = re.findall(r'^::: (\S+)$', pages, re.MULTILINE)
    assert len(sections) == len(set(sections))
    documented = {id(resolve(path)) for path in sections}
    exported = {
        f'{package.__name__}.{name}'
        for info in pkgutil.iter_modules(fairmot_mm.__path__, 'fairmot_mm.')
        for package in [importlib.import_module(info.name)]
        for name in getattr(package, '__all__', ())
        if name not in UNDOCUMENTED
    }
    assert len(exported) > 100
    assert not {path for path in exported if id(resolve(path)) not in documented}
