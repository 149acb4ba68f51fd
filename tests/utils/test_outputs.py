import os

import pytest

from fairmot_mm.utils.errors import NameTakenError, OutputError
from fairmot_mm.utils.outputs import require_out_file, require_out_folder


def test_nothing_is_created(tmp_path):
    """What can be written leaves no trace, however deep it will lie."""
    require_out_folder(tmp_path, tmp_path / 'a/b', f'file://{tmp_path}/c', None)
    require_out_file(tmp_path / 'a/b.txt', None)
    assert not [*tmp_path.iterdir()]


def test_what_is_no_path():
    """The standard output, and an address."""
    require_out_folder('-', 's3://bucket/folder')
    require_out_file('s3://bucket/file')


@pytest.mark.parametrize(
    ('name', 'reason'),
    [
        ('file', 'File exists'),
        ('link', 'File exists'),
        ('file/a', 'Not a directory'),
        ('file/a/b', 'Not a directory'),
    ],
)
def test_no_folder(name, reason, tmp_path):
    """A file, what would lie in it, and a link that leads nowhere."""
    (tmp_path / 'file').touch()
    (tmp_path / 'link').symlink_to(tmp_path / 'gone')
    with pytest.raises(OutputError, match=f'into folder {tmp_path}/{name}: {reason};'):
        require_out_folder(tmp_path / name)
    with pytest.raises(OutputError, match=reason):
        require_out_file(tmp_path / name / 'out.txt')


def test_a_folder_is_no_file(tmp_path):
    """A result cannot replace a folder."""
    with pytest.raises(NameTakenError, match='is a folder'):
        require_out_file(tmp_path)


def test_a_folder_that_takes_no_files(tmp_path):
    """The reason of the system is told."""
    folder = '/proc'  # also for the user root, who may write into any other folder
    if os.geteuid():
        folder = tmp_path / 'closed'
        folder.mkdir(mode=0o555)
    with pytest.raises(OutputError, match='choose a folder you may write to'):
        require_out_folder(folder)
