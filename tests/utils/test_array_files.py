import numpy as np
import pytest

from fairmot_mm.utils import DataError
from fairmot_mm.utils.array_files import read_arrays


def test_arrays(tmp_path):
    """The named arrays of a file."""
    np.savez(tmp_path / 'a.npz', one=np.arange(3), two=np.ones(2))
    arrays = read_arrays(tmp_path / 'a.npz', ['two'], 'a table')
    assert {name: array.tolist() for name, array in arrays.items()} == {'two': [1, 1]}


def test_what_is_no_file_of_arrays(tmp_path):
    """Missing and foreign files, and pickled objects, which are never loaded."""
    path = tmp_path / 'a.npz'
    with pytest.raises(DataError, match=r'a\.npz does not exist'):
        read_arrays(path, ['one'], 'a table')
    path.write_bytes(b'text')
    with pytest.raises(DataError, match=r'a\.npz is not a table$'):
        read_arrays(path, ['one'], 'a table')
    np.savez(path, one=np.array([{}], object))
    with pytest.raises(DataError, match='is not a table: Object arrays'):
        read_arrays(path, ['one'], 'a table')
    with pytest.raises(DataError, match='is not a table: two is missing'):
        read_arrays(path, ['two'], 'a table')
