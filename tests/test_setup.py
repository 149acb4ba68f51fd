"""What is declared, pinned, checked and packed agree with each other."""

import os
import runpy
import shutil
from pathlib import Path

import pytest
import setuptools
import yaml
from mmengine.config import Config
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


def files_below(folder):
    return {
        path.relative_to(folder)
        for path in folder.rglob('*')
        if path.is_file() and '__pycache__' not in path.parts
    }


@pytest.fixture
def build(metadata, monkeypatch):
    """Do the step of an installation that copies or links, as in `folder`."""

    def run(folder, **options):
        monkeypatch.chdir(folder)
        runpy.run_path('setup.py')
        distribution = setuptools.Distribution(metadata | {'script_name': 'setup.py'})
        command = distribution.get_command_obj('build_py')
        for name, value in options.items():
            setattr(command, name, value)
        command.ensure_finalized()
        command.run()

    return run


def test_a_wheel_holds_what_mim_looks_for(build, tmp_path):
    """All configs and tools, scripts that can be run, and an index that finds them."""
    build(ROOT, build_lib=str(tmp_path))
    mim = tmp_path / 'fairmot_mm' / '.mim'
    for name in ('configs', 'tools'):
        assert files_below(mim / name) == files_below(ROOT / name) != set()
    assert os.access(mim / 'tools' / 'dist_train.sh', os.X_OK)
    index = yaml.safe_load((mim / 'model-index.yml').read_text())
    metafiles = [yaml.safe_load((mim / name).read_text()) for name in index['Import']]
    models = [model for metafile in metafiles for model in metafile['Models']]
    assert all((mim / model['Config']).is_file() for model in models)
    assert Config.fromfile(mim / models[0]['Config']).model.type == 'FairMOT'
    assert (tmp_path / 'fairmot_mm' / 'config' / 'launch.py').is_file()


def test_an_editable_installation_follows_the_checkout(build, tmp_path):
    """What mim looks for is linked, so that a config written later is found too."""
    for name in ('setup.py', 'model-index.yml', 'requirements', 'fairmot_mm'):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, tmp_path / name)
    for name in ('configs', 'tools'):
        (tmp_path / name).mkdir()
    build(tmp_path, editable_mode=True)
    build(tmp_path, editable_mode=True)  # as after an update
    (tmp_path / 'configs' / 'later.py').write_text('')
    mim = tmp_path / 'fairmot_mm' / '.mim'
    assert {path.name for path in mim.iterdir()} == {
        'configs',
        'tools',
        'model-index.yml',
    }
    assert (mim / 'configs' / 'later.py').is_file()
