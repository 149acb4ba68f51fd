"""What holds for every file of the package. A test lists all offenders at once."""

import ast
import importlib
import inspect
import re
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / 'fairmot_mm'
MODULES = {
    '.'.join(path.relative_to(PACKAGE.parent).with_suffix('').parts): path
    for path in sorted(PACKAGE.rglob('*.py'))
}
FOUNDATION = {'registry', 'utils'}
LAYERS = FOUNDATION | {'models.utils', 'models.layers', 'models.losses'}
# Rooms of the package, from the bottom to the top, each with the others it may import.
# To add one is a change of the design: every part is exchanged through its
# registry, not by an import.
MAY_IMPORT = {
    'registry': set(),
    'utils': set(),
    'checkpoint': FOUNDATION,
    'environment': {'utils', 'checkpoint'},
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
    'models.mot': LAYERS | {'checkpoint', 'models.detectors'},
    'visualization': FOUNDATION,
    'exports': FOUNDATION,
    'video': FOUNDATION | {'visualization', 'exports'},
    'datasets': FOUNDATION | {'video'},
    'evaluation': FOUNDATION,
    'postprocessing': FOUNDATION,
    'engine': FOUNDATION | {'models.layers'},
    'synthetic': FOUNDATION | {'evaluation'},
    'report': FOUNDATION | {'evaluation', 'video', 'visualization'},
    'config': FOUNDATION | {'checkpoint'},
    'inference': LAYERS | {'models', 'models.detectors', 'checkpoint', 'config'},
    'apis': FOUNDATION
    | {
        'models',
        'models.mot',
        'checkpoint',
        'config',
        'inference',
        'video',
        'evaluation',
        'exports',
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
    'archive': FOUNDATION
    | {
        'apis',
        'checkpoint',
        'config',
        'models',
        'models.trackers',
        'video',
    },
    'actions': FOUNDATION
    | {
        'apis',
        'archive',
        'benchmark',
        'checkpoint',
        'config',
        'datasets',
        'engine',
        'evaluation',
        'exports',
        'inference',
        'models',
        'models.trackers',
        'models.utils',
        'postprocessing',
        'report',
        'synthetic',
        'video',
        'visualization',
    },
    'commands': FOUNDATION
    | {
        'actions',
        'apis',
        'datasets',
        'inference',
    },
    '__main__': FOUNDATION | {'commands'},
}
# Rooms that a command line imports before it has answered; the others need mmengine.
LIGHT = {'', 'utils', 'commands', '__main__', 'environment'}

# Rooms whose functions explain each argument.
EXPLAINED_ROOMS = tuple(
    f'fairmot_mm.{room}.'
    for room in (
        'video',
        'apis',
        'exports',
        'models.trackers',
        'models.task_modules',
        'datasets',
        'evaluation',
        'report',
    )
)
# Components that have no test file of their own yet.
UNTESTED = {
    'bfloat16_optim_wrapper',
    'corrupt_image_hook',
    'flag_exchange_hook',
    'resumable_epoch_loop',
    'resume_hook',
    'sample_visualization_hook',
    'sequence_log_processor',
    'stop_on_signal_hook',
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


def assert_none(find, condition=lambda module: True):
    """`find` gives nothing for any module; all that it gives are listed."""
    found = {module: [*find(module)] for module in MODULES if condition(module)}
    lines = [f'{module}: {names}' for module, names in found.items() if names]
    assert not lines, '\n'.join(lines)


def test_every_part_has_its_rule():
    """A new part of the package gets a line in MAY_IMPORT."""
    parts = {part_of(module.removesuffix('.__init__')) for module in MODULES}
    assert parts - {'', 'models'} == set(MAY_IMPORT)


def test_rooms_are_listed_from_the_bottom():
    """A room imports rooms below it alone: no two rooms import each other."""
    rooms = list(MAY_IMPORT)
    for place, room in enumerate(rooms):
        assert MAY_IMPORT[room] - {'models'} <= set(rooms[:place]), room


def test_imports_only_what_lies_below():
    """A part imports the parts that the design allows, never a sibling."""

    def forbidden(module):
        own = part_of(module.removesuffix('.__init__'))
        if own in ('', 'models'):  # their __init__ gather what lies below
            return set()
        parts = {part_of(name) for name in imports(module) if is_ours(name)}
        return parts - {own, 'environment'} - MAY_IMPORT[own]

    assert_none(forbidden)


def test_every_room_needs_a_working_environment():
    """A room imports `environment` first: no checkpoint is loaded without it."""

    def starts_without(module):
        first = next(node for node in tree_of(module).body if is_import(node))
        name = ast.unparse(first)
        return [] if name == 'import fairmot_mm.environment' else [name]

    rooms = {f'fairmot_mm.{part.split(".")[0]}' for part in set(MAY_IMPORT) - LIGHT}
    assert_none(
        starts_without, lambda module: module.removesuffix('.__init__') in rooms
    )


def is_import(node):
    return isinstance(node, ast.Import | ast.ImportFrom)


def is_ours(name):
    return name.startswith('fairmot_mm.')


def test_models_gather_only_models():
    """The package of all networks imports its own parts and nothing else of ours."""
    ours = {*filter(is_ours, imports('fairmot_mm.models.__init__'))}
    ours.remove('fairmot_mm.environment')
    assert ours
    assert all(name.startswith('fairmot_mm.models.') for name in ours)


def test_tracker_parts():
    """A tracker is built from the registry alone: it imports nothing of the network."""
    trackers = 'fairmot_mm.models.trackers'
    assert_none(
        lambda module: [
            name
            for name in imports(module)
            if name.startswith('fairmot_mm.models') and not name.startswith(trackers)
        ],
        lambda module: module.startswith(trackers),
    )


def test_one_place_creates_registries():
    """Only registry.py calls Registry(...)."""

    def calls(module):
        """Line numbers of the calls in a file."""
        for node in ast.walk(tree_of(module)):
            func = getattr(node, 'func', None)
            if 'Registry' in (getattr(func, 'id', ''), getattr(func, 'attr', '')):
                yield node.lineno

    assert [*calls('fairmot_mm.registry')]
    assert_none(calls, lambda module: module != 'fairmot_mm.registry')


def test_no_private_names_of_others():
    """Nothing private is imported, of mmdet, of mmengine or of our other files."""

    def is_private(word):
        return word.startswith('_') and not word.startswith('__')

    assert_none(
        lambda module: [
            name for name in imports(module) if any(map(is_private, name.split('.')))
        ]
    )


def test_no_stray_strings():
    """A string that is a statement is a docstring: it stands first in its block.

    Elsewhere it is half of a message that lost its parenthesis.
    """

    def is_string(statement):
        value = getattr(statement, 'value', None)
        return isinstance(statement, ast.Expr) and (
            isinstance(value, ast.JoinedStr)
            or (isinstance(value, ast.Constant) and isinstance(value.value, str))
        )

    assert_none(
        lambda module: [
            statement.lineno
            for node in ast.walk(tree_of(module))
            for field, block in ast.iter_fields(node)
            if field in ('body', 'orelse', 'finalbody') and isinstance(block, list)
            for statement in block[1 if field == 'body' else 0 :]
            if is_string(statement)
        ]
    )


def test_files_can_be_read_in_one_go():
    """No file of the package is longer than 400 lines."""
    lengths = {
        module: len(path.read_text().splitlines()) for module, path in MODULES.items()
    }
    assert not {name: length for name, length in lengths.items() if length > 400}


def registered(module):
    """Names of the classes and functions that a file registers."""
    for node in ast.walk(tree_of(module)):
        for decorator in getattr(node, 'decorator_list', []):
            func = getattr(decorator, 'func', None)
            if getattr(func, 'attr', '') == 'register_module':
                yield node.name


def test_registered_is_exported():
    """What is registered is in __all__ of its package, and so found and documented.

    It is also in that of `models` or `datasets`, which a registry imports.
    """

    def missing(module):
        parts = module.split('.')
        for package in {'.'.join(parts[:-1]), '.'.join(parts[:2])}:
            exported = set(importlib.import_module(package).__all__)
            yield from set(registered(module)) - exported

    assert_none(missing, lambda module: any(registered(module)))


def test_a_component_is_found_by_its_name():
    """The file of a class that a config names is the class's name in snake case."""

    def misplaced(module):
        names = [*registered(module)]
        file = MODULES[module].stem.replace('_', '')
        return names if names and [name.lower() for name in names] != [file] else []

    assert_none(misplaced)


def test_a_component_has_a_test_of_its_name():
    """The test of a component lies at the same path below tests/."""

    def missing(module):
        path = MODULES[module].relative_to(PACKAGE)
        test = Path('tests') / path.with_name(f'test_{path.name}')
        return [] if (PACKAGE.parent / test).is_file() else [str(test)]

    assert_none(
        missing,
        lambda module: any(registered(module)) and MODULES[module].stem not in UNTESTED,
    )


def test_exports_exist():
    """Every name of an __all__ exists, once."""

    def wrong(module):
        package = importlib.import_module(module.removesuffix('.__init__'))
        names = getattr(package, '__all__', [])
        return [
            name
            for name in names
            if not hasattr(package, name) or names.count(name) > 1
        ]

    assert_none(wrong, is_package)


def is_public(name):
    return not name.startswith('_') or name == '__call__'


def public_members(module):
    """Public functions, classes and methods that a file defines, and their names."""
    loaded = importlib.import_module(module.removesuffix('.__init__'))
    for name, value in vars(loaded).items():
        if is_public(name) and getattr(value, '__module__', '') == loaded.__name__:
            if inspect.isfunction(value):
                yield name, value, ()
            elif inspect.isclass(value):
                yield name, value, ()
                yield from methods(value)


def methods(owner):
    """Public methods and properties of a class, with the classes it derives from."""
    for name, value in vars(owner).items():
        value = getattr(value, '__func__', getattr(value, 'fget', value))
        if is_public(name) and inspect.isfunction(value):
            yield f'{owner.__name__}.{name}', value, owner.__mro__[1:]


def test_everything_public_has_a_docstring():
    """A reader learns from the file itself what a class, function or method does."""
    assert_none(
        lambda module: [
            name for name, value, _ in public_members(module) if not value.__doc__
        ]
    )


def has_arguments(value):
    if inspect.isclass(value):
        module, value = value.__module__, vars(value).get('__init__')
        if getattr(value, '__module__', '') != module:  # inherited, or a Protocol's
            return False
    return bool({*inspect.signature(value).parameters} - {'self', 'cls'})


def explains_arguments(text):
    """Whether a docstring has a section of arguments or tells where it is."""
    return bool(re.search('Args:|Attributes:|[Ss]ee `', text or ''))


@cache
def contracts():
    """Names of the methods that a Protocol of the package explains."""
    return {
        name.split('.')[-1]
        for module in MODULES
        if module.startswith((*EXPLAINED_ROOMS, 'fairmot_mm.utils.'))
        for _, owner, _ in public_members(module)
        if getattr(owner, '_is_protocol', False)
        for name, method, _ in methods(owner)
        if explains_arguments(method.__doc__)
    }


def test_arguments_are_explained():
    """The docstring of what takes arguments says what they are, and in which unit.

    A method that overrides another, or fulfils a contract, may leave that to the
    docstring there.
    """

    def unexplained(module):
        for name, value, bases in public_members(module):
            method = name.split('.')[-1]
            inherited = (vars(base).get(method) for base in bases)
            texts = [value.__doc__, *(getattr(one, '__doc__', '') for one in inherited)]
            explained = any(map(explains_arguments, texts)) or method in contracts()
            if has_arguments(value) and not explained:
                yield name

    assert_none(unexplained, lambda module: module.startswith(EXPLAINED_ROOMS))
