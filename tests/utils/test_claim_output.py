"""No result replaces a source, an earlier result, or one that is being written."""

import os
import shutil

import pytest

from fairmot_mm.utils import OutputError
from fairmot_mm.utils.claim_output import claim_output
from fairmot_mm.utils.errors import NameTakenError


def claim_and_wait(path, ready):
    """Run in another process: hold a claim until killed."""
    with claim_output(path):
        ready.touch()
        while True:
            pass


def test_a_free_name(tmp_path):
    """The folder is made; no file is left behind."""
    with claim_output(tmp_path / 'sub' / 'a.txt') as path:
        assert path == tmp_path / 'sub' / 'a.txt'
        assert path.parent.is_dir()
    assert not list(path.parent.iterdir())


def test_an_earlier_result(tmp_path):
    """It is kept unless the user says otherwise."""
    path = tmp_path / 'a.txt'
    path.write_text('old')
    with pytest.raises(NameTakenError, match=r'a\.txt exists; .*--overwrite'):
        claim_output(path).__enter__()
    with claim_output(path, overwrite=True):
        pass
    assert path.read_text() == 'old'


@pytest.mark.parametrize('link', [os.symlink, os.link, shutil.copy])
def test_a_source_under_another_name(tmp_path, link):
    """A link to a source is refused, also where results may be replaced."""
    source = tmp_path / 'source.mp4'
    source.write_text('film')
    path = tmp_path / 'out.mp4'
    link(source, path)
    if link is shutil.copy:
        claim_output(path, True, [source]).__enter__()
        return
    with pytest.raises(NameTakenError, match='is the source itself'):
        claim_output(path, True, [source]).__enter__()


def test_relative_and_absolute_names(tmp_path, monkeypatch):
    """The file counts, not how it is written."""
    (tmp_path / 'a.mp4').write_text('film')
    (tmp_path / 'sub').mkdir()
    monkeypatch.chdir(tmp_path / 'sub')
    with pytest.raises(NameTakenError, match='is the source itself'):
        claim_output('../a.mp4', True, [tmp_path / 'a.mp4']).__enter__()


def test_two_runs_at_the_same_time(tmp_path):
    """The second is refused while the first writes, and may come afterwards."""
    path = tmp_path / 'a.txt'
    with (
        claim_output(path),
        pytest.raises(NameTakenError, match='being written by another run'),
    ):
        claim_output(path, overwrite=True).__enter__()
    with claim_output(path):
        pass


def test_a_claim_dies_with_its_process(tmp_path, start_process):
    """After a kill the name is free at once, whatever the process left behind."""
    path, ready = tmp_path / 'a.txt', tmp_path / 'ready'
    process = start_process(__file__, 'claim_and_wait', path, ready)
    while not ready.exists():
        assert process.is_alive()
    with pytest.raises(NameTakenError, match='being written by another run'):
        claim_output(path).__enter__()
    process.kill()
    process.join()
    with claim_output(path):
        pass


def test_names_that_cannot_be_written(tmp_path):
    """A folder of this name, and a folder below a file."""
    (tmp_path / 'a').mkdir()
    with pytest.raises(NameTakenError, match='is a folder'):
        claim_output(tmp_path / 'a', overwrite=True).__enter__()
    (tmp_path / 'file').touch()
    with pytest.raises(OutputError, match='choose a folder you may write to'):
        claim_output(tmp_path / 'file' / 'b.txt').__enter__()
