import ast
import importlib
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / 'fairmot_mm'
MODULES = {
    '.'.join(path.relative_to(PACKAGE.parent).with_suffix('').parts): path
    for path in sorted(PACKAGE.rglob('*.py'))
}
FOUNDATION = {'registry', 'utils'}
LAYERS = FOUNDATION | {'models.utils', 'models.layers', 'models.losses'}
# Rooms of the package, from the bottom to the top, each with the others it may import.
# More than this is a change of the design: every part is exchanged through its
# registry, not by an import.
MAY_IMPORT = {
    'registry': set(),
    'utils': set(),
    'checkpoint': FOUNDATION,
    'models.utils': FOUNDATION,
    'models.layers': FOUNDATION,
    'models.losses': FOUNDATION | {'models.utils'},
    'models.backbones': LAYERS,
    'models.necks': LAYERS,
    'models.dense_heads': LAYERS,
    'models.reid_heads': LAYERS,
    'models.task_modules': FOUNDATION,
    'models.trackers': FOUNDATION,
    'models.detectors': LAYERS,
    'models.mot': LAYERS | {'checkpoint'},
    'visualization': FOUNDATION,
    'video': FOUNDATION | {'visualization'},
    'datasets': FOUNDATION | {'video'},
    'evaluation': FOUNDATION,
    'postprocessing': FOUNDATION,
    'engine': FOUNDATION | {'models.layers'},
    'synthetic': FOUNDATION | {'evaluation'},
    'config': FOUNDATION | {'checkpoint'},
    'inference': LAYERS | {'models', 'checkpoint', 'config'},
    'apis': FOUNDATION
    | {
        'models',
        'checkpoint',
        'config',
        'inference',
        'video',
        'evaluation',
        'visualization',
    },
    'benchmark': FOUNDATION
    | {
        'apis',
        'checkpoint',
        'datasets',
        'engine',
        'inference',
        'models',
        'synthetic',
        'video',
    },
}


@cache
def tree_of(module):
    return ast.parse(MODULES[module].read_text())


def part_of(module):
    """Key of MAY_IMPORT that a module belongs to; the package itself has none."""
    names = module.split('.')[1:]
    two, one = '.'.join(names[:2]), '.'.join(names[:1])
    return two if two in MAY_IMPORT else one


def imports(module):
    """Dotted names that a file imports anywhere in it, with those of `from` joined."""
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f'{module}: imports are absolute'
            yield from (f'{node.module}.{alias.name}' for alias in node.names)


def is_package(module):
    return MODULES[module].name == '__init__.py'


def parametrize_modules(condition=lambda module: True):
    names = [module.removesuffix('.__init__') for module in MODULES]
    chosen = [
        pytest.param(module, id=name)
        for module, name in zip(MODULES, names, strict=True)
        if condition(module)
    ]
    return pytest.mark.parametrize('module', chosen)


def test_every_part_has_its_rule():
    """A new part of the package gets a line in MAY_IMPORT."""
    parts = {part_of(module.removesuffix('.__init__')) for module in MODULES}
    assert parts - {'', 'models'} == set(MAY_IMPORT)


def test_rooms_are_listed_from_the_bottom():
    """A room imports rooms below it alone: no two rooms import each other."""
    rooms = list(MAY_IMPORT)
    for place, room in enumerate(rooms):
        assert MAY_IMPORT[room] - {'models'} <= set(rooms[:place]), room


@parametrize_modules(lambda module: module.count('.') > 1 or not is_package(module))
def test_imports_only_what_lies_below(module):
    """Parts import what the design lets them know, never a sibling."""
    own = part_of(module.removesuffix('.__init__'))
    if own == 'models':  # its __init__ gathers all networks
        return
    imported = {
        part_of(name) for name in imports(module) if name.startswith('fairmot_mm.')
    }
    assert imported - {own} <= MAY_IMPORT[own]


def test_models_gather_only_models():
    """The package of all networks knows its parts and nothing else."""
    ours = [
        name
        for name in imports('fairmot_mm.models.__init__')
        if name.startswith('fairmot_mm.')
    ]
    assert ours
    assert all(name.startswith('fairmot_mm.models.') for name in ours)


def test_tracker_parts():
    """A tracker is built from the registry alone: it imports nothing of the network."""
    for module in MODULES:
        if module.startswith('fairmot_mm.models.trackers.'):
            ours = {name for name in imports(module) if 'fairmot_mm.models' in name}
            assert all(name.startswith('fairmot_mm.models.trackers') for name in ours)


@parametrize_modules(lambda module: module != 'fairmot_mm.registry')
def test_one_place_creates_registries(module):
    """Only registry.py calls Registry(...)."""
    calls = [
        node.func for node in ast.walk(tree_of(module)) if isinstance(node, ast.Call)
    ]
    names = {getattr(func, 'id', getattr(func, 'attr', '')) for func in calls}
    assert 'Registry' not in names


@parametrize_modules()
def test_no_private_names_of_others(module):
    """Nothing private is imported, of mmdet, of mmengine or of our other files."""
    private = [
        name
        for name in imports(module)
        if any(
            part.startswith('_') and not part.startswith('__')
            for part in name.split('.')
        )
    ]
    assert not private


@parametrize_modules()
def test_no_stray_strings(module):
    """A string that is a statement is a docstring: it stands first in its block.

    Elsewhere it is half of a message that lost its parenthesis.
    """
    stray = [
        statement.lineno
        for node in ast.walk(tree_of(module))
        for field, block in ast.iter_fields(node)
        if field in ('body', 'orelse', 'finalbody') and isinstance(block, list)
        for index, statement in enumerate(block)
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, (ast.Constant, ast.JoinedStr))
        and isinstance(getattr(statement.value, 'value', ''), str)
        and not (field == 'body' and index == 0)
    ]
    assert not stray


def registered_classes(module):
    """Names of the classes and functions a file registers."""
    for node in ast.walk(tree_of(module)):
        for decorator in getattr(node, 'decorator_list', []):
            func = getattr(decorator, 'func', None)
            if getattr(func, 'attr', '') == 'register_module':
                yield node.name


@parametrize_modules(lambda module: any(registered_classes(module)))
def test_registered_is_exported(module):
    """What is registered is in __all__ of its package, and so found and documented.

    That of `models` and `datasets` too, which a registry imports.
    """
    names = set(registered_classes(module))
    package = importlib.import_module(module.rpartition('.')[0])
    assert names <= set(package.__all__)
    whole = importlib.import_module('.'.join(module.split('.')[:2]))
    assert all(hasattr(whole, name) for name in names)
    assert names <= set(whole.__all__)


@parametrize_modules(is_package)
def test_exports_exist(module):
    """Every name of an __all__ exists."""
    package = importlib.import_module(module.removesuffix('.__init__'))
    exported = getattr(package, '__all__', [])
    assert len(exported) == len(set(exported))
    assert all(hasattr(package, name) for name in exported)
