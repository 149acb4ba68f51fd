"""What is declared, what is pinned and what is checked agree with each other."""

import runpy
from pathlib import Path

import pytest
import setuptools
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from fairmot_mm import __version__
from fairmot_mm.utils.setup_env import SUPPORTED

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def metadata(monkeypatch):
    """The arguments that setup.py gives to setuptools."""
    arguments = {}
    monkeypatch.setattr(setuptools, 'setup', arguments.update)
    runpy.run_path(str(ROOT / 'setup.py'))
    return arguments


@pytest.fixture
def ranges(metadata):
    """Every declared requirement of the package and of its extra `mim`, by name."""
    lines = metadata['install_requires'] + metadata['extras_require']['mim']
    requirements = map(Requirement, lines)
    return {requirement.name: requirement.specifier for requirement in requirements}


def read_pinned():
    """Name and version of each line of the requirement files."""
    files = (ROOT / 'requirements').glob('*.txt')
    lines = [line for file in files for line in file.read_text().splitlines()]
    return dict(line.split('==') for line in lines if '==' in line)


def test_version_is_that_of_the_package(metadata):
    """There is one place where the version stands."""
    assert metadata['version'] == __version__


def test_declared_ranges_are_those_checked_on_import(ranges):
    """pip and check_environment accept the same versions."""
    for name, (lowest, limit) in SUPPORTED.items():
        assert ranges[name] == SpecifierSet(f'>={lowest},<{limit}')


def test_pinned_versions_lie_in_the_declared_ranges(ranges):
    """What `make` installs is something that `pip install -e .` accepts."""
    pinned = read_pinned()
    assert set(ranges) <= set(pinned)
    misfits = [name for name, range_ in ranges.items() if pinned[name] not in range_]
    assert misfits == []
