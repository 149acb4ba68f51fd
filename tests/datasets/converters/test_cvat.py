import pytest

from fairmot_mm.datasets import MOTVideoDataset
from fairmot_mm.datasets.converters import convert_cvat
from fairmot_mm.utils import DataError

BOX = (
    '<box frame="{}" keyframe="{}" outside="{}" occluded="0" xtl="{}" ytl="{}" '
    'xbr="{}" ybr="{}" z_order="0">{}</box>'
)


def box(frame, xyxy, outside=0, keyframe=1, inner=''):
    return BOX.format(frame, keyframe, outside, *xyxy, inner)


def track(number, label, *shapes):
    start = f'<track id="{number}" label="{label}" source="manual">'
    return f'{start}{"".join(shapes)}</track>'


def document(*tracks, size=3, extra=''):
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version>'
        f'<meta><task><id>7</id><size>{size}</size><mode>interpolation</mode>{extra}'
        '<original_size><width>100</width><height>80</height></original_size>'
        f'</task></meta>{"".join(tracks)}</annotations>'
    )


@pytest.fixture
def make_video(tmp_path, make_image):
    def make(name, text, count=3):
        for number in range(count):
            make_image(tmp_path / 'src' / name / f'images/frame_{number:06d}.PNG')
        (tmp_path / 'src' / name / 'annotations.xml').write_text(text)
        return tmp_path / 'src', tmp_path / 'out'

    return make


def all_labels(out, read_labels):
    lines = (out / 'set.train').read_text().splitlines()
    return [read_labels(out, line) for line in lines]


def test_boxes(make_video, read_labels, tree):
    """A track is an identity; boxes out of view, of other labels and shapes are not.

    Attributes inside a box do not matter; it may leave the image.
    """
    make_video(
        'b',
        document(
            track(4, 'person', box(0, (0, 0, 10, 8)), box(1, (10, 0, 20, 8), 0, 0)),
        ),
    )
    source, out = make_video(
        'a',
        document(
            track(0, 'car', box(0, (0, 0, 9, 9))),
            track(
                1,
                'Person',
                box(0, (-10, 0, 30, 50), inner='<attribute name="x">1</attribute>'),
                box(1, (50, 20, 100, 100)),
                box(2, (50, 20, 100, 100), outside=1),
            ),
            track(2, 'person', '<polygon frame="0" outside="0" points="1,1;2,2"/>'),
            track(3, 'person', box(2, (20, 0, 40, 40))),
        ),
    )
    before = tree(source)
    report = convert_cvat(source, out, 'SET', frame_rate=12)
    assert all_labels(out, read_labels) == [
        ['0 0 0.100000 0.312500 0.400000 0.625000'],
        ['0 0 0.750000 0.750000 0.500000 1.000000'],
        ['0 1 0.300000 0.250000 0.200000 0.500000'],
        ['0 2 0.050000 0.050000 0.100000 0.100000'],
        ['0 2 0.150000 0.050000 0.100000 0.100000'],
        [],
    ]
    assert str(*report.lists.values()) == '6 images, 5 boxes, 3 identities'
    assert report.rejected == {'class car is not converted': 1, 'no upright box': 1}
    data = MOTVideoDataset(data_root=str(out / 'SET/images/train'))
    assert data.get_data_info(0)['frame_rate'] == 12
    assert data.get_data_info(0)['gt_file'].endswith('SET/images/train/a/gt/gt.txt')
    assert tree(source) == before


def test_key_frames_alone(make_video, read_labels):
    """Between two boxes a track moves in a straight line; out of view it has none."""
    source, out = make_video(
        'a',
        document(
            track(
                0,
                'person',
                box(0, (0, 0, 10, 8)),
                box(2, (20, 0, 30, 8)),
                box(4, (20, 0, 30, 8), outside=1),
                box(6, (0, 0, 50, 40)),
            ),
            size=7,
        ),
        count=7,
    )
    convert_cvat(source, out, 'SET')
    assert all_labels(out, read_labels) == [
        ['0 0 0.050000 0.050000 0.100000 0.100000'],
        ['0 0 0.150000 0.050000 0.100000 0.100000'],
        ['0 0 0.250000 0.050000 0.100000 0.100000'],
        ['0 0 0.250000 0.050000 0.100000 0.100000'],
        [],
        [],
        ['0 0 0.250000 0.250000 0.500000 0.500000'],
    ]


PART = (
    '<start_frame>2</start_frame><stop_frame>6</stop_frame>'
    '<frame_filter>step=2</frame_filter>'
)


@pytest.mark.parametrize(('count', 'expected'), [(10, [2, 4, 6]), (3, [0, 1, 2])])
def test_part_of_a_video(make_video, read_labels, count, expected):
    """Frames of the task alone are taken, of all images or of those exported."""
    text = document(
        track(0, 'person', box(2, (0, 0, 10, 8)), box(6, (20, 0, 30, 8))), extra=PART
    )
    source, out = make_video('a', text, count)
    convert_cvat(source, out, 'SET')
    lines = (out / 'set.train').read_text().splitlines()
    assert [int(line[-10:-4]) for line in lines] == expected
    assert [labels[0].split()[2] for labels in all_labels(out, read_labels)] == [
        '0.050000',
        '0.150000',
        '0.250000',
    ]


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('<annotations>', 'is not an XML file'),
        ('<annotations><image id="0"/></annotations>', 'CVAT for video 1.1'),
        (document().replace('task>', 'project>'), 'each task separately'),
        (document(track(0, 'person', '<box frame="0" xtl="1"/>')), 'malformed box'),
        (document(extra='<start_frame>x</start_frame>'), "start_frame = 'x'"),
    ],
)
def test_what_is_wrong_is_named(make_video, text, message):
    """Another export, or a broken file; no empty folder is left."""
    source, out = make_video('a', text)
    with pytest.raises(DataError, match=message):
        convert_cvat(source, out, 'SET')
    assert not (out / 'SET').exists()


def test_folders(make_video, make_image):
    """One XML file and one folder of images for each video."""
    source, out = make_video('a', document(track(0, 'person', box(0, (0, 0, 9, 9)))))
    with pytest.raises(DataError, match='a separate folder'):
        convert_cvat(source / 'a', out, 'SET')
    make_image(source / 'a/more/x.png')
    with pytest.raises(DataError, match='in one folder'):
        convert_cvat(source, out, 'SET')
    (source / 'a/other.xml').write_text(document())
    with pytest.raises(DataError, match='more than one XML'):
        convert_cvat(source, out, 'SET')


def rename(folder, *stems):
    """Give the images of a folder other names, in their order."""
    images = sorted(folder.iterdir())
    for image, stem in zip(images[::-1], stems[::-1], strict=True):
        image.rename(image.with_name(f'{stem}.PNG'))


FOUR = track(0, 'person', *(box(k, (20 * k, 0, 20 * k + 10, 8)) for k in range(4)))


def centres(out, read_labels):
    """The left edge of the box of each image, by its name; None without a box."""
    lines = (out / 'set.train').read_text().splitlines()
    return {
        line.rpartition('/')[2]: round(100 * float(labels[0].split()[2]) - 5)
        for line, labels in zip(lines, all_labels(out, read_labels), strict=True)
    }


@pytest.mark.parametrize('size', [4, ''])
def test_a_deleted_frame(make_video, read_labels, size):
    """The number in CVAT's name counts; the box of the deleted frame is reported."""
    source, out = make_video('a', document(FOUR, size=size), count=3)
    rename(source / 'a/images', 'frame_000000', 'frame_000001', 'frame_000003')
    report = convert_cvat(source, out, 'SET')
    assert centres(out, read_labels) == {
        'frame_000000.PNG': 0, 'frame_000001.PNG': 20, 'frame_000003.PNG': 60,
    }  # fmt: skip
    assert report.rejected == {'the frame was deleted in CVAT': 1}
    data = MOTVideoDataset(data_root=str(out / 'SET/images/train'))
    assert len(data) == 3


def test_the_first_frame_is_deleted_and_key_frames(make_video, read_labels):
    """Between key frames, a deleted frame has no box, and none is counted."""
    keys = track(0, 'person', box(1, (20, 0, 30, 8)), box(3, (60, 0, 70, 8)))
    source, out = make_video('a', document(keys, size=4), count=2)
    rename(source / 'a/images', 'frame_000001', 'frame_000003')
    report = convert_cvat(source, out, 'SET')
    assert centres(out, read_labels) == {'frame_000001.PNG': 20, 'frame_000003.PNG': 60}
    assert not report.rejected


@pytest.mark.parametrize(
    ('stems', 'size'),
    [
        (['000001', '000002', '000003', '000004'], 4),
        (['000001', '000002', '000003', '000004'], ''),
        (['frame_000001', 'frame_000002', 'frame_000003', 'frame_000004'], 4),
        (['0', '1', '2', '3'], ''),
        (['a', 'b', 'c', 'd'], ''),
    ],
)
def test_images_of_other_programs(make_video, read_labels, stems, size):
    """A complete video counts from frame 0, whatever its images are called."""
    source, out = make_video('a', document(FOUR, size=size), count=4)
    rename(source / 'a/images', *stems)
    convert_cvat(source, out, 'SET')
    assert [*centres(out, read_labels).values()] == [0, 20, 40, 60]


@pytest.mark.parametrize(
    ('stems', 'size', 'message'),
    [
        (['000001', '000002', '000004'], 4, 'do not say which frame'),
        (['a', 'b', 'c'], 4, 'names do not say which frames they are'),
        (['frame_0', 'frame_00', 'frame_2'], 4, 'two images of one frame'),
        (['frame_000000', 'frame_000001', 'frame_000002'], '', 'has frame 3, outside'),
        (['000000', '000001', '000002'], '', r'annotations\.xml: track 0 has frame 3'),
    ],
)
def test_frames_that_cannot_be_told(make_video, stems, size, message):
    """A missing image of unknown number, or a box of a frame that never was."""
    source, out = make_video('a', document(FOUR, size=size), count=3)
    rename(source / 'a/images', *stems)
    with pytest.raises(DataError, match=message):
        convert_cvat(source, out, 'SET')


@pytest.mark.parametrize('encoding', ['utf-8-sig', 'utf-16', 'gbk'])
def test_encodings(make_video, tmp_path, encoding):
    """That of the first line of the file, or that of its byte order mark."""
    text = document(track(4, '街', box(0, (0, 0, 10, 8))))
    source, out = make_video('a', '')
    name = 'utf-8' if encoding == 'utf-8-sig' else encoding
    content = text.replace('utf-8', name).encode(encoding)
    (source / 'a/annotations.xml').write_bytes(content)
    (source / 'a/._annotations.xml').touch()  # of macOS
    report = convert_cvat(source, out, 'SET', classes=['街'])
    assert str(*report.lists.values()) == '3 images, 1 boxes, 1 identities'


@pytest.mark.parametrize(
    ('old', 'new', 'message'),
    [
        ('frame="0"', 'frame="0.5"', 'frame = 0.5 is not a whole number'),
        ('frame="0"', f'frame="{2**70}"', 'frame = 1180.* must be at most'),
        ('xbr="10"', 'xbr="nan"', 'xbr = nan is not finite'),
        ('<size>3', '<size>3.5', 'size = 3.5 is not a whole number'),
        ('person', '\xe9', 'not text in UTF-8'),
    ],
)
def test_values_that_cannot_be_used(make_video, old, new, message):
    """The file, the shape and the value."""
    source, out = make_video('a', '')
    text = document(track(4, 'person', box(0, (0, 0, 10, 8)))).replace(old, new)
    (source / 'a/annotations.xml').write_bytes(text.encode('latin-1'))
    with pytest.raises(DataError, match=rf'annotations\.xml.*{message}'):
        convert_cvat(source, out, 'SET')
