import fsspec
import pyarrow
import pyarrow.parquet
import pytest

from fairmot_mm.archive.manifest import read_manifest
from fairmot_mm.utils import UserInputError


@pytest.fixture
def folder(tmp_path):
    for name in ('b.mp4', 'a10.mkv', 'a9.mkv', 'notes.txt', '.hidden.mp4'):
        (tmp_path / name).touch()
    (tmp_path / 'seq' / 'img1').mkdir(parents=True)
    return tmp_path


def sources(manifest):
    return [video.source for video in read_manifest(str(manifest))]


def test_forms(folder):
    """Text, CSV, TSV, Parquet, folders and patterns name the same videos."""
    listed = [str(folder / 'a9.mkv'), 's3://bucket/b.mp4']
    (folder / 'list.txt').write_text('\ufeff# videos\na9.mkv\n\ns3://bucket/b.mp4\n')
    (folder / 'list.csv').write_text(
        'camera,video,name\n1,a9.mkv,x\n2,"s3://bucket/b.mp4",\n'
    )
    (folder / 'list.tsv').write_text('video\na9.mkv\ns3://bucket/b.mp4\n')
    table = pyarrow.table({'video': ['a9.mkv', listed[1]], 'name': ['x', None]})
    pyarrow.parquet.write_table(table, folder / 'list.parquet')
    for name in ('list.txt', 'list.csv', 'list.tsv', 'list.parquet'):
        assert sources(folder / name) == listed
    for name in ('list.csv', 'list.parquet'):
        assert [each.name for each in read_manifest(str(folder / name))] == ['x', None]
    videos = [str(folder / name) for name in ('a9.mkv', 'a10.mkv', 'b.mp4')]
    assert sources(folder) == videos
    assert sources(folder / 'a*') == videos[:2]
    assert sources(folder / '*') == [*videos, str(folder / 'seq')]


def test_in_a_store():
    """A manifest and a pattern may be in any store."""
    store = fsspec.filesystem('memory')
    store.pipe({'/arch/list.txt': b'x.mp4\n', '/arch/x.mp4': b'1', '/arch/y.mp4': b'2'})
    assert sources('memory://arch/list.txt') == ['memory://arch/x.mp4']
    assert sources('memory://arch/*.mp4') == [
        'memory:///arch/x.mp4',
        'memory:///arch/y.mp4',
    ]


@pytest.mark.parametrize(
    ('name', 'content', 'message'),
    [
        ('a.txt', 'x.mp4\ny.mp4\nx.mp4\n', r'a\.txt, line 3: the video .*line 1'),
        ('a.txt', '# nothing\n\n', 'names no video'),
        ('a.txt', b'\xff\xfe\xff', r'a\.txt, line 1: .*UTF-8'),
        ('a.csv', 'path\nx.mp4\n', "no column 'video' but path"),
        ('a.csv', '', "no column 'video' but none"),
        ('a.csv', 'video\nx.mp4,y.mp4\n', r'a\.csv, line 2: .*more columns'),
        ('a.csv', 'video,name\n,x\n', r'a\.csv, line 2: the column video is empty'),
        ('a.csv', 'video,name\nx,n\ny,n\n', r'line 3: the name n is also in line 2'),
        ('a.csv', 'video,name\nx.mp4,a/n\n', r"'a/n' cannot be that of a file"),
        ('a.csv', 'video,name\nx,N\ny,n\n', 'same files on some'),
        ('a.csv', 'video,name\nx,.n\n', r'line 2: name \.n begins with a dot'),
        ('a.parquet', 'video\n', r'a\.parquet is not a Parquet file'),
        ('a.mp4', 'x', 'is a video and no list'),
    ],
)
def test_what_is_wrong(tmp_path, name, content, message):
    """One line names the file, the line and what is wrong there."""
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UserInputError, match=message) as error:
        read_manifest(str(tmp_path / name))
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(
    ('manifest', 'message'),
    [
        ('missing.txt', 'missing.txt does not exist: a manifest is'),
        ('none*.mp4', 'names no video'),
        ('rtsp://user:pw@host/main', r'rtsp://\*\*\*@host/main is a stream'),
        ('nosuch://bucket/list.txt', 'nosuch://bucket/list.txt cannot be reached'),
    ],
)
def test_no_manifest(manifest, message):
    """What is no manifest at all is told with what one is."""
    with pytest.raises(UserInputError, match=message):
        read_manifest(manifest)
