"""Files and images of folders, in natural order."""

import pytest

from fairmot_mm.utils import list_images
from fairmot_mm.utils.file_listing import find_images, list_files, match_names


@pytest.fixture
def folder(tmp_path):
    """SEQ/frames/1.png, 2.JPG and a text file."""
    frames = tmp_path / 'SEQ' / 'frames'
    frames.mkdir(parents=True)
    for name in ('2.JPG', '1.png', 'notes.txt'):
        (frames / name).touch()
    return tmp_path / 'SEQ'


def test_hidden_files_are_no_images(folder):
    """macOS and Windows leave their own files; a folder is no image either."""
    for name in ('._1.png', '.DS_Store', 'Thumbs.db', '.hidden/3.png', 'b.jpg/4.txt'):
        path = folder / 'frames' / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b'\0\5\x16\7')
    assert [path.name for path in list_images(folder / 'frames')] == ['1.png', '2.JPG']
    (folder / '__MACOSX').mkdir()
    (folder / '__MACOSX/5.png').touch()
    assert [path.name for path in find_images(folder)] == ['1.png', '2.JPG']


def test_names_and_patterns():
    """A name that looks like a pattern is first of all a name."""
    names = ['[a] b', 'a b', 'MOT17-02-SDP', '.x-SDP']
    assert match_names('[a] b', names) == ['[a] b']
    assert match_names('*-SDP', names) == ['MOT17-02-SDP']
    assert match_names('[a] *', names) == ['a b']
    assert match_names('gone', names) == []


def test_files_of_an_ending(tmp_path):
    """In the order of names, without hidden ones and folders."""
    for name in ('b.txt', 'a.txt', '._a.txt', 'c.TXT'):
        (tmp_path / name).touch()
    (tmp_path / 'd.txt').mkdir()
    assert [path.name for path in list_files(tmp_path, '.txt')] == ['a.txt', 'b.txt']
    assert list_files(tmp_path / 'gone', '.txt') == []


def test_numbers_in_names_count(tmp_path):
    """9.jpg comes before 10.jpg, with and without words around the number."""
    for name in ('10.jpg', '9.jpg', 'a10.jpg', 'a9.jpg', '009.jpg'):
        (tmp_path / name).touch()
    names = [path.name for path in list_images(tmp_path)]
    assert names == ['009.jpg', '9.jpg', '10.jpg', 'a9.jpg', 'a10.jpg']
