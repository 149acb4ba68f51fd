import pytest

from fairmot_mm.utils import DataError
from fairmot_mm.utils.marked_section import MarkedSection

PAGE = 'before\n<!-- speed -->\nold\n<!-- end of speed -->\nafter\n'


@pytest.fixture
def page(tmp_path):
    path = tmp_path / 'page.md'
    path.write_text(PAGE)
    return path


def test_replaced(page):
    """Only what stands between the lines changes, also for a second time."""
    section = MarkedSection(page, 'speed')
    section.replace('new')
    assert page.read_text() == PAGE.replace('old', 'new')
    section.replace('newer\n\ntext')
    assert page.read_text() == PAGE.replace('old', 'newer\n\ntext')


def test_two_writers(page):
    """What another program wrote elsewhere in the meantime stays."""
    section = MarkedSection(page, 'speed')
    page.write_text(PAGE.replace('after', 'changed'))
    section.replace('new')
    assert page.read_text() == PAGE.replace('old', 'new').replace('after', 'changed')


def test_parsed(page):
    """FILE#NAME as on a command line."""
    section = MarkedSection.parse(f'{page}#speed')
    assert (section.path, section.begin) == (page, '<!-- speed -->')


@pytest.mark.parametrize(
    ('name', 'message'),
    [
        ('page.md#memory', 'has no lines <!-- memory --> and <!-- end of memory -->'),
        ('page.md', 'names no section of the file: write .*page.md#NAME'),
        ('nowhere.md#speed', 'cannot read .*nowhere.md'),
    ],
)
def test_nowhere_to_write(page, name, message):
    """A file or section that is missing is named, before anything is measured."""
    with pytest.raises(DataError, match=message):
        MarkedSection.parse(str(page.parent / name))
