import pytest

from fairmot_mm.utils.expand_pattern import expand_pattern


@pytest.mark.parametrize('folder', ['[a] b', '50% off', 'a*', '[!x]/[y]', 'plain'])
def test_folders_that_exist_are_names(tmp_path, folder):
    """Only what follows them is a pattern."""
    for name in ('1.jpg', '2.jpg', 'deep/3.jpg'):
        file = tmp_path / folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    root = tmp_path / folder
    for pattern, found in {
        '*.jpg': ['1.jpg', '2.jpg'],
        '[1-9].jpg': ['1.jpg', '2.jpg'],
        '**/*.jpg': ['1.jpg', '2.jpg', 'deep/3.jpg'],
        '*/*.jpg': ['deep/3.jpg'],
    }.items():
        assert set(expand_pattern(f'{root}/{pattern}')) == {root / k for k in found}


def test_patterns_of_folders(tmp_path, monkeypatch):
    """A folder that does not exist is a pattern, also below the working folder."""
    monkeypatch.chdir(tmp_path)
    for name in ('a1', 'a2'):
        (tmp_path / name).mkdir()
        (tmp_path / name / 'x.jpg').touch()
    assert sorted(map(str, expand_pattern('a?/*.jpg'))) == ['a1/x.jpg', 'a2/x.jpg']
    assert expand_pattern('b?/*.jpg') == []
