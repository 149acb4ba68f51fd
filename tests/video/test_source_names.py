"""Names of streams lead to different files."""

import pytest

from fairmot_mm.utils import ConfigError
from fairmot_mm.video.source_names import number_names, require_file_names


def test_equal_names_are_numbered():
    """Also names that are equal on a disk without large letters, or in another form."""
    names = ['main', 'Main', 'main-2', 'main', 'caf\u00e9', 'cafe\u0301']
    numbered = number_names(names)
    assert numbered[:4] == ['main', 'Main-2', 'main-2-2', 'main-3']
    assert numbered[5] == 'cafe\u0301-2'


@pytest.mark.parametrize('name', ['', '.', '..', 'a/b', '/a'])
def test_no_name_of_a_file(name):
    """It is shown."""
    with pytest.raises(ConfigError, match='cannot be that of a file'):
        require_file_names(['good', name])


def test_names_of_one_file():
    """Both are shown."""
    require_file_names(['a', 'b'])
    with pytest.raises(ConfigError, match="'Door' and 'door'"):
        require_file_names(['Door', 'door'])
