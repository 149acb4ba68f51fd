import importlib
import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from fairmot_mm.utils import deferred_modules
from fairmot_mm.utils.deferred_modules import DEFERRED, SWITCH, Definition

MODULE = """
from os.path import join
from deferred_registry import REGISTRY

OTHER = 5

@REGISTRY.register_module()
class Late(dict):
    def __init__(self, size: int = 3) -> None:
        super().__init__(size=size)
    @classmethod
    def make(cls):
        return cls(7)
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package that passes on what a deferred file of its own defines."""
    (tmp_path / 'deferred_registry.py').write_text(
        "from mmengine.registry import Registry\nREGISTRY = Registry('late')\n"
    )
    folder = tmp_path / 'late_package'
    folder.mkdir()
    (folder / '__init__.py').write_text('from .late import Late\n')
    (folder / 'late.py').write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    definition = Definition('Late', 'deferred_registry.REGISTRY')
    monkeypatch.setitem(DEFERRED, 'late_package.late', definition)
    names = ('late_package', 'late_package.late', 'deferred_registry')
    yield importlib.import_module('late_package')
    for name in names:
        sys.modules.pop(name, None)


def has_run(package):
    return 'OTHER' in vars(package.late)


def registry():
    return sys.modules['deferred_registry'].REGISTRY


@pytest.mark.parametrize(
    'use',
    [
        lambda late: late(4) == {'size': 4},
        lambda late: late.make() == {'size': 7},
        lambda late: issubclass(late, dict),
        lambda late: inspect.signature(late).parameters['size'].default == 3,
        lambda late: issubclass(type('Own', (late.resolve(),), {}), dict),
        lambda late: registry().build(dict(type='Late', size=2)) == {'size': 2},
        lambda late: sys.modules['late_package.late'].OTHER == 5,
        lambda late: sys.modules['late_package.late'].join('a', 'b') == 'a/b',
    ],
    ids=[
        'call',
        'class method',
        'issubclass',
        'signature',
        'resolve',
        'registry',
        'other name',
        'import of the module',
    ],
)
def test_a_module_runs_when_it_is_used(package, use):
    """Until then it has not run; the stand-in does what the class does."""
    assert not has_run(package)
    assert use(package.Late)
    assert has_run(package)


def test_a_class_is_derived_from_it(package):
    """Also beside a base with a metaclass of its own; objects are of the real class."""
    import abc

    class Own(package.Late, abc.ABC):
        pass

    assert Own(1) == {'size': 1}
    assert isinstance(Own(1), package.Late)
    assert issubclass(Own, package.Late)
    assert Own.__mro__[1] is sys.modules['late_package.late'].Late


def test_questions_about_others_run_nothing(package):
    """A registry's classes are compared with every model: that is no use of them."""
    assert not isinstance({}, (package.Late, *registry().module_dict.values()))
    assert not issubclass(int, package.Late)
    assert inspect.isclass(package.Late)
    assert package.Late.__name__ == 'Late'
    assert not has_run(package)


def test_the_registry_has_the_class_afterwards(package):
    """The stand-in leaves the registry when the class registers itself."""
    assert registry().get('Late') is package.Late
    made = package.Late()
    assert registry().get('Late') is type(made)
    assert pickle.loads(pickle.dumps(made)) == made
    assert isinstance(made, package.Late)


def test_a_module_that_cannot_run_says_why(package):
    """The error of the import comes where the class is used."""
    (Path(package.__file__).parent / 'late.py').write_text(
        'import not_installed_package'
    )
    with pytest.raises(ModuleNotFoundError, match='not_installed_package'):
        package.Late()


CHECK = """
import sys
import fairmot_mm.environment
import mmdet.models, mmdet.evaluation, mmengine.runner
from fairmot_mm.utils.deferred_modules import DEFERRED, DeferredObject
found = {one: vars(sys.modules[one])[DEFERRED[one].name] for one in DEFERRED}
print(*(type(one) is DeferredObject for one in found.values()))
for module, (name, registry) in DEFERRED.items():
    if type(found[module]) is DeferredObject:
        found[module].resolve()
    real = getattr(sys.modules[module], name)
    assert type(real) is not DeferredObject
    assert real.__name__ == name and real.__module__ == module, module
    if registry:
        home, _, attribute = registry.rpartition('.')
        assert getattr(sys.modules[home], attribute).get(name) is real, module
"""


@pytest.mark.parametrize('switch', ['', '1'], ids=['deferred', 'not deferred'])
def test_every_deferred_module_works(switch, monkeypatch):
    """Each is imported by its package, waits, and defines what the table says."""
    if switch:
        monkeypatch.setenv(SWITCH, switch)
    else:
        monkeypatch.delenv(SWITCH, raising=False)
    printed = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', CHECK],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.split() == [str(not switch)] * len(DEFERRED)


def test_the_finder_is_installed_once():
    """However often the environment is checked."""
    deferred_modules.defer_modules()
    deferred_modules.defer_modules()
    finders = [one for one in sys.meta_path if type(one).__name__ == '_Finder']
    assert len(finders) == 1
