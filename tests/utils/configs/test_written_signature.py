import inspect

import pytest
from torch.utils.data import DataLoader

from fairmot_mm.registry import HOOKS, LOOPS, MODELS, TASK_UTILS, TRANSFORMS
from fairmot_mm.utils.configs.check_type import type_hints
from fairmot_mm.utils.configs.written_signature import written_signature
from fairmot_mm.utils.setup_env import register_all_modules

register_all_modules()
OURS = [
    pytest.param(component, id=name)
    for registry in (MODELS, TASK_UTILS, TRANSFORMS, HOOKS, LOOPS)
    for name, component in sorted(registry.module_dict.items())
    if component.__module__.startswith('fairmot_mm.') and name == component.__name__
]


def names_of(component):
    """Names of the arguments of a class, and whether it takes others."""
    parameters = inspect.signature(component).parameters.values()
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    takes_any = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters)
    return [one.name for one in parameters if one.kind in named], takes_any


@pytest.mark.parametrize('component', OURS)
def test_what_is_written_is_what_python_knows(component):
    """Of each of our components: no argument is missing, none is too much."""
    written = written_signature(component.__name__)
    names, takes_any = names_of(component)
    assert written.package == 'fairmot_mm'
    assert written.takes_any >= takes_any
    if not written.takes_any:
        assert [*written.parameters] == names
    own = '__init__' in vars(component)  # others may be written in another way
    hints = type_hints(component) if own else {}
    for name, parameter in written.parameters.items():
        if own and parameter.annotation is not parameter.empty:
            assert parameter.annotation == hints[name]


def test_a_class_of_another_package():
    """Arguments in their order, by position or by name."""
    assert [*written_signature('DataLoader').parameters] == names_of(DataLoader)[0]


@pytest.mark.parametrize('name', ['NoSuchClass', 'a.b', ''])
def test_no_class(name):
    """A name that no file has, or that is none."""
    assert written_signature(name) is None


def test_a_class_that_extends_another():
    """Without arguments of its own it has those of the other class."""
    written = written_signature('ResumableEpochLoop')
    assert 'max_epochs' in written.parameters
    assert not written.takes_any


def test_arguments_that_are_passed_on():
    """Only where the caller knows that a class passes them on."""
    assert written_signature('MultiStepLR').takes_any
    passed_on = written_signature('MultiStepLR', passes_on=True)
    assert not passed_on.takes_any
    assert {'milestones', 'gamma', 'begin'} <= {*passed_on.parameters}
