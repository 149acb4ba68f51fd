"""The files that a config is made of, and the names that they set and use."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

REFERENCE = re.compile(r'\$\{([\w.]+)\}')  # to a variable of the config


class ConfigFile:
    """Names in a config file of Python code.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.body = ast.parse(path.read_text(encoding='utf-8')).body

    def assigned(self) -> set[str]:
        """Names that get a value at the top of the file and are not deleted there."""
        names: set[str] = set()
        for node in self.body:
            targets = getattr(node, 'targets', [getattr(node, 'target', None)])
            found = {target.id for target in targets if isinstance(target, ast.Name)}
            names = names - found if isinstance(node, ast.Delete) else names | found
        return names - {'_base_'}

    def used(self) -> set[str]:
        """Names that the code reads, also as ``_base_.name`` or ``'${name}'``."""
        names: set[str] = set()
        for node in (inner for outer in self.body for inner in ast.walk(outer)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                names.add(node.id)
            elif isinstance(node, ast.Attribute):
                names.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.update(key.split('.')[0] for key in REFERENCE.findall(node.value))
                names.add(node.value)  # _base_['name']
        return names

    def bases(self) -> Iterator[Path]:
        """Files of this project that it inherits from, by ``_base_`` or `read_base`."""
        for node in self.body:
            if (
                isinstance(node, ast.Assign)
                and ast.unparse(node.targets[0]) == '_base_'
            ):
                named = ast.literal_eval(node.value)
                for name in [named] if isinstance(named, str) else named:
                    if '::' not in name:  # a config of another package
                        yield self.path.parent / name
            elif isinstance(node, ast.With):
                for line in node.body:
                    if isinstance(line, ast.ImportFrom) and line.level:
                        folder = self.path.absolute().parents[line.level - 1]
                        yield folder / f'{(line.module or "").replace(".", "/")}.py'


def config_files(path: Path) -> Iterator[ConfigFile]:
    """Read a config file and those that it inherits from.

    Args:
        path: A config file that mmengine can read; of another format than Python code
            nothing is read.

    Yields:
        The file itself, then its bases.
    """
    if path.suffix != '.py':
        return
    file = ConfigFile(path)
    yield file
    for base in file.bases():
        yield from config_files(base)
