import os
import stat

import pytest

from fairmot_mm.utils import OutputError, atomic_path, require_writable_dir


def test_appears_when_complete(tmp_path):
    """Until the body ends the file has a name that no pattern of results matches."""
    path = tmp_path / 'sub' / 'a.png'
    with atomic_path(path) as temporary:
        temporary.write_text('new')
        assert temporary.parent == path.parent
        assert temporary.suffix == '.part'
        assert not path.exists()
    assert path.read_text() == 'new'
    assert list(path.parent.iterdir()) == [path]


def test_failure_leaves_what_was(tmp_path):
    """A body that fails changes nothing."""
    path = tmp_path / 'a.txt'
    path.write_text('old')
    with pytest.raises(ZeroDivisionError), atomic_path(path) as temporary:
        _ = temporary.write_text('half') / 0
    assert path.read_text() == 'old'
    assert list(tmp_path.iterdir()) == [path]


def test_mode_is_that_of_a_plain_file(tmp_path):
    """Others may read the file as far as the umask lets them."""
    mask = os.umask(0o027)
    try:
        with atomic_path(tmp_path / 'a.txt') as temporary:
            temporary.touch()
        assert stat.S_IMODE((tmp_path / 'a.txt').stat().st_mode) == 0o640
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(mask)


def test_folder_cannot_be_made(tmp_path):
    """A folder below a file is refused before the body runs."""
    (tmp_path / 'file').touch()
    with (
        pytest.raises(OutputError, match=r'cannot write .*a\.txt: .*; choose a folder'),
        atomic_path(tmp_path / 'file' / 'sub' / 'a.txt'),
    ):
        pytest.fail('the body ran')


def test_writable_folder(tmp_path):
    """A folder is made where there is none, and stays empty."""
    folder = require_writable_dir(tmp_path / 'a' / 'b')
    assert folder.is_dir()
    assert not list(folder.iterdir())
    assert require_writable_dir(folder) == folder


def test_no_folder(tmp_path):
    """A file in the way is named."""
    (tmp_path / 'file').touch()
    with pytest.raises(OutputError, match=r'cannot write into folder .*file'):
        require_writable_dir(tmp_path / 'file')
