import pytest

from fairmot_mm.utils import DataError, OutputError, write_text
from fairmot_mm.utils.text_files import (
    read_ini,
    read_json,
    read_lines,
    read_names,
    read_text,
    read_xml,
    read_yaml,
)

TEXT = 'one 街\ntwo é\n'


@pytest.fixture
def file(tmp_path):
    """Write bytes; gives the file."""

    def write(content):
        path = tmp_path / 'a.txt'
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16', 'utf-32'])
def test_marks_decide_the_encoding(file, encoding):
    """UTF-8 needs no byte order mark; the mark is no part of the text."""
    assert read_text(file(TEXT.encode(encoding))) == TEXT


@pytest.mark.parametrize('mark', [b'\xff\xfe', b'\xfe\xff'])
def test_both_orders_of_utf16(file, mark):
    """Windows writes the low byte first; the other order is read as well."""
    encoding = 'utf-16-le' if mark == b'\xff\xfe' else 'utf-16-be'
    assert read_text(file(mark + TEXT.encode(encoding))) == TEXT


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (
            b'1\n2\n\xbd\xd6\n',
            r'a\.txt, line 3: .* not text in UTF-8: save it as UTF-8',
        ),
        ('1\né\n'.encode('latin-1'), r'a\.txt, line 2: .* not text in UTF-8'),
        ('1\n2\n'.encode('utf-16-le'), r'a\.txt, line 1: a NUL character, .* UTF-16'),
        (b'\xff\xfe1\x00\n', r'a\.txt, line \d: .* not text in UTF-16'),
        (b'1\n\x00\x00', r'a\.txt, line 2: a NUL character'),
    ],
)
def test_no_text(file, content, message):
    """Other encodings and binary files are refused, with the line and the way out."""
    with pytest.raises(DataError, match=message):
        read_text(file(content))


def test_missing_and_folder(tmp_path):
    """What cannot be read is named, with the reason."""
    with pytest.raises(
        DataError, match=r'cannot read list .*gone: No such .*; make it'
    ):
        read_text(tmp_path / 'gone', '; make it', 'list ')
    with pytest.raises(DataError, match='Is a directory'):
        read_text(tmp_path)


def test_lines_are_those_of_an_editor(file):
    """Windows and old Macs end lines otherwise; U+2028 in a name ends no line."""
    assert read_lines(file('a\r\nb\rc\u2028d\x0ce\n')) == [
        'a',
        'b',
        'c\u2028d\x0ce',
        '',
    ]


def test_names(file):
    """The number of a line is the number of a class, so a blank line is refused."""
    assert read_names(file('\ufeffperson \r\ncar\r\n\r\n')) == ['person', 'car']
    with pytest.raises(DataError, match=r'a\.txt, line 2: the line is blank'):
        read_names(file('person\n\ncar\n'))


@pytest.mark.parametrize('text', ['{', '[' * 100_000, '1' * 5000, 'NaNa'])
def test_no_json(file, text):
    """Also what is nested too deeply or has too many digits."""
    with pytest.raises(DataError, match='is not a JSON file'):
        read_json(file(text))
    assert read_json(file('\ufeff{"a": 1}')) == {'a': 1}


@pytest.mark.parametrize(
    'text', ['a: [', '2001-99-99', '!!python/name:os.system', '*a']
)
def test_no_yaml(file, text):
    """One line, whatever yaml raises."""
    with pytest.raises(DataError, match=r'is not a YAML file: [^\n]*$'):
        read_yaml(file(text))


def test_xml_says_its_encoding(file):
    """The first line of an XML file names its encoding; without it, it is UTF-8."""
    document = '<?xml version="1.0" encoding="{}"?><a>街</a>'
    for name in ('utf-8', 'gbk', 'UTF-16'):
        assert read_xml(file(document.format(name).encode(name))).text == '街'
    assert read_xml(file('\ufeff<a>街</a>')).text == '街'
    with pytest.raises(DataError, match='not text in UTF-8'):
        read_xml(file('<a>街</a>'.encode('gbk')))
    for name in ('klingon', 'hex'):
        with pytest.raises(
            DataError, match=f"encoding is '{name}', which is not known"
        ):
            read_xml(file(document.format(name)))


def test_ini_values_are_taken_as_they_are(file):
    """``%``, ``:`` and indentation mean nothing; the same line twice does no harm."""
    text = '[a]\nname = 50% off\n  x=%(y)s\ny: C:/z\n; k=1\n\nX=%(y)s\n[b]\nname=no\n'
    values = read_ini(file(text), 'a')
    assert values == {'name': '50% off', 'x': '%(y)s', 'y': 'C:/z'}


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('[a]\nx=1\nX=2\n', r"line 3: key 'x' is '2' here and '1' above: remove one"),
        ('[a]\nx=1\nword\n', r"line 3: 'word' is not key=value"),
        ('[b]\nx=1\n', r'no \[a\] section'),
    ],
)
def test_ini_that_is_not_clear(file, text, message):
    """Line, and what to do."""
    with pytest.raises(DataError, match=message):
        read_ini(file(text), 'a')


def test_written_text_is_utf8(tmp_path):
    """In every locale; a file name that is no text is refused, and nothing is lost."""
    write_text(tmp_path / 'a', TEXT)
    assert (tmp_path / 'a').read_bytes() == TEXT.encode('utf-8')
    with pytest.raises(OutputError, match=r"the file name 'c\\udcbd' is not UTF-8"):
        write_text(tmp_path / 'a', 'b\nc\udcbd\n')
    assert (tmp_path / 'a').read_bytes() == TEXT.encode('utf-8')
