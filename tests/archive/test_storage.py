import fsspec
import pytest

from fairmot_mm.archive.storage import Storage, open_remote
from fairmot_mm.utils import DataError, OutputError


@pytest.fixture(params=['disk', 'memory', 'renaming'])
def storage(request, tmp_path, monkeypatch):
    """A folder on a disk, in an object store, and in a store that renames."""
    if request.param == 'disk':
        return Storage(tmp_path / 'out')
    fsspec.filesystem('memory').rm('/', recursive=True)
    found = Storage('memory://bucket/out')
    if request.param == 'renaming':
        monkeypatch.setattr(found, '_is_whole', False)
    return found


def test_files(storage, tmp_path):
    """What was written is read and listed; hidden files are not; folders go."""
    (tmp_path / 'local').write_bytes(b'four')
    storage.write('a/x.json', b'one')
    storage.write('a/x.json', b'two!')
    storage.write('a/b/z', b'')
    storage.put('y.txt', tmp_path / 'local')
    storage.write('.hidden', b'')
    assert storage.read('a/x.json') == b'two!'
    assert storage.read_all(['y.txt', 'a/x.json']) == [b'four', b'two!']
    assert storage.read_all([]) == []
    assert storage.sizes() == {'y.txt': 4}
    assert (storage.sizes('a'), storage.folders('a')) == ({'x.json': 4}, ['b'])
    assert (storage.sizes('none'), storage.folders('none')) == ({}, [])
    storage.remove('a')
    storage.remove('a')
    assert storage.sizes('a') == {}


def test_errors(storage):
    """A missing file is named by its address."""
    with pytest.raises(
        DataError, match=r'cannot read .*out/none\.txt: it does not exist'
    ):
        storage.read('none.txt')
    with pytest.raises(DataError):
        storage.read_all(['none.txt'])


def test_a_folder_that_cannot_be_written(tmp_path):
    """A file in the place of the folder is an error of the output."""
    (tmp_path / 'out').touch()
    with pytest.raises(OutputError, match='cannot write'):
        Storage(tmp_path / 'out').write('x', b'')


def test_secrets_and_unknown_stores():
    """Passwords of an address are not shown, and a missing package is named."""
    with pytest.raises(DataError) as error:
        Storage('nosuch://user:secret@host/out')
    assert 'secret' not in str(error.value)


def test_open_remote():
    """A file is read at any place."""
    fsspec.filesystem('memory').pipe('/bucket/v.mp4', b'0123456789')
    with open_remote('memory://bucket/v.mp4') as file:
        file.seek(4)
        assert file.read(2) == b'45'
    with pytest.raises(DataError, match='does not exist'), open_remote('memory://no'):
        pass
