import numpy as np
import pytest

from fairmot_mm.datasets import JDEDataset
from fairmot_mm.datasets.label_files import label_name, listed_images, read_labels
from fairmot_mm.registry import TRANSFORMS
from fairmot_mm.utils import DataError

PERSON = '0 {} 0.5 0.5 0.4 0.8\n'


def ids(arguments, **options):
    """Identities of each image of a data set that keeps no index."""
    data = JDEDataset(**arguments, index_dir=None, **options)
    return [
        data.get_data_info(k)['jde_labels'][:, 1].tolist() for k in range(len(data))
    ]


@pytest.mark.parametrize('encoding', ['utf-8-sig', 'utf-16'])
def test_marked_text(make_jde_set, tmp_path, encoding):
    """Lists and labels with a byte order mark, and with the line ends of Windows."""
    arguments = make_jde_set(a=[PERSON.format(3)])
    for file in (tmp_path / 'a.train', tmp_path / 'a/labels_with_ids/000.txt'):
        text = file.read_text().replace('\n', '\r\n')
        file.write_bytes(text.encode(encoding))
    assert ids(arguments) == [[3]]


@pytest.mark.parametrize('file', ['a.train', 'a/labels_with_ids/000.txt'])
def test_other_encodings(make_jde_set, tmp_path, file):
    """File, line, and what to do."""
    arguments = make_jde_set(a=[PERSON.format(3)])
    (tmp_path / file).write_bytes((tmp_path / file).read_bytes() + b'\xbd\xd6\n')
    with pytest.raises(DataError, match=rf'{file}, line 2: .* save it as UTF-8'):
        ids(arguments)


@pytest.mark.parametrize(
    ('line', 'message'),
    [
        ('0.7 1 .5 .5 .2 .2', 'line 2: class 0.7, but'),
        ('0 1.5 .5 .5 .2 .2', 'line 2: identity = 1.5 is not a whole number'),
        ('0 -2 .5 .5 .2 .2', 'line 2: identity = -2 must be at least -1'),
        (f'0 {2**70} .5 .5 .2 .2', 'line 2: identity = 1180.* must be at most 9007199'),
        ('0 nan .5 .5 .2 .2', 'line 2: identity = nan is not finite'),
        ('0 1 320 240 60 120', 'line 2: box 320 240 60 120: divide it by width and'),
        ('0 1 .5 .5 60 120', 'line 2: box .* divide it by width and height'),
        ('0 1_0 .5 .5 .2 .2', "line 2: could not convert string to float: '1_0'"),
        ('0 \u0661 .5 .5 .2 .2', 'line 2: could not convert'),
    ],
)
def test_values_that_cannot_be_used(make_jde_set, line, message):
    """Nothing is rounded, and boxes in pixels are not trained on."""
    with pytest.raises(DataError, match=rf'000\.txt, {message}'):
        ids(make_jde_set(a=[f'{PERSON.format(1)}{line}\n']))


def test_boxes_beyond_the_image_stay(make_jde_set):
    """People at the border, and CrowdHuman's whole bodies, reach beyond the image."""
    text = '0 1 -0.2 1.1 0.5 0.9\n0 2 0.5 0.5 2.5 3\n0 3 1.05 1.125 0.1 0.1\n'
    assert ids(make_jde_set(a=[text])) == [[1, 2, 3]]


@pytest.mark.parametrize('index_dir', [None, 'index'])
def test_large_identities_stay_apart(make_jde_set, tmp_path, index_dir):
    """From 2^24 on float32 has no number for each; also behind other lists."""
    numbers = [2**24, 2**24 + 1, 2**31 + 1, 2**40 + 1]
    arguments = make_jde_set(
        a=[PERSON.format(4)], b=[''.join(PERSON.format(number) for number in numbers)]
    )
    for _ in range(2):  # the second time from the index
        data = JDEDataset(
            **arguments, index_dir=index_dir and str(tmp_path / index_dir)
        )
        sample = {**data.get_data_info(1), 'img_shape': (40, 64)}
        loaded = TRANSFORMS.build(dict(type='LoadJDELabels'))(sample)
        expected = [5 + number for number in numbers]
        assert loaded['gt_instances_ids'].tolist() == expected
        assert loaded['gt_instances_ids'].dtype == np.int64
        assert loaded['gt_bboxes'].tensor.numpy().dtype == np.float32


def test_numbers_of_nobody_are_refused(make_jde_set):
    """The classifier would take the memory; file, line and the remedy are named."""
    arguments = make_jde_set(a=[PERSON.format(3), f'\n{PERSON.format(2**31)}'])
    data = JDEDataset(**arguments, index_dir=None)
    message = r'001\.txt, line 2: identity 2147483648, .* 2 people.*renumber_ids=True'
    for name in ('num_ids', 'num_ids_per_class'):
        with pytest.raises(DataError, match=message):
            getattr(data, name)


def test_renumbered(make_jde_set):
    """Each list and class counts its own people from 0, in the order of their ids."""
    arguments = make_jde_set(
        a=[PERSON.format(2**31) + PERSON.format(7), PERSON.format(-1)],
        b=[PERSON.format(2**31)],
    )
    data = JDEDataset(**arguments, index_dir=None, renumber_ids=True)
    assert data.num_ids == 4
    assert ids(arguments, renumber_ids=True) == [[1, 0], [-1], [2]]


def test_identities_that_no_offset_can_keep_apart(make_jde_set):
    """Two lists whose numbers together reach beyond 2^53."""
    text = PERSON.format(2**53 - 1)
    with pytest.raises(DataError, match='identity 9007199254740991'):
        ids(make_jde_set(a=[text], b=[text]))


@pytest.mark.parametrize(
    ('image', 'label'),
    [
        ('S/images/a.jpg', 'S/labels_with_ids/a.txt'),
        ('S/images/50% off/[a] b/1.x.jpg', 'S/labels_with_ids/50% off/[a] b/1.x.txt'),
        (
            'S/images/train/images/img1/1.jpg',
            'S/labels_with_ids/train/images/img1/1.txt',
        ),
        ('images/images/train/1.jpg', 'images/labels_with_ids/train/1.txt'),
        ('S/images/images.jpg', 'S/labels_with_ids/images.txt'),
        ('S/images/new/images/1.jpg', 'S/labels_with_ids/new/images/1.txt'),
    ],
)
def test_label_of_an_image(tmp_path, image, label):
    """Of several folders ``images``, that one beside which there are labels."""
    if 'new' not in label:
        (tmp_path / label).parent.mkdir(parents=True)
    assert label_name(image, tmp_path) == label


def test_folders_of_another_case(tmp_path):
    """Names have a case on Linux; the message shows the one that is meant."""
    with pytest.raises(
        DataError, match=r"no folder named 'images'.*'Images' is another"
    ):
        label_name('S/Images/a.jpg', tmp_path)


def test_lists_of_windows(tmp_path):
    r"""``\`` separates folders where there is no ``/``; elsewhere it is a letter."""
    text = 'S\\images\\a.jpg\r\n\r\nS/images/a\\b.jpg\n'
    (tmp_path / 'a.train').write_bytes(text.encode())
    assert listed_images(tmp_path / 'a.train') == [
        (1, 'S/images/a.jpg'),
        (3, 'S/images/a\\b.jpg'),
    ]


def test_a_line_that_is_no_path(tmp_path):
    """Text without line ends, for example."""
    (tmp_path / 'a.train').write_text(f'S/images/{"1" * 300}.jpg\n')
    with pytest.raises(DataError, match=r'a\.train, line 1: .* too long'):
        listed_images(tmp_path / 'a.train')


def test_boxes_are_those_of_the_text(tmp_path):
    """As float32 they are what the published code reads, bit by bit."""
    values = np.random.default_rng(0).uniform(0, 1, (500, 4)).round(6)
    lines = [f'0 1 {" ".join(map(str, row))}\n' for row in values]
    (tmp_path / 'a.txt').write_text(''.join(lines))
    rows = read_labels(tmp_path / 'a.txt', 'a.jpg')
    published = np.loadtxt(tmp_path / 'a.txt', dtype=np.float32)
    np.testing.assert_array_equal(rows.astype(np.float32), published)


@pytest.mark.parametrize(
    ('line', 'message'),
    [
        ('-1 5 0.5 0.5 0.1 0.1', 'class -1, but .* -1 with the identity -1 is an ign'),
        ('-2 -1 0.5 0.5 0.1 0.1', 'class -2, but'),
        ('-1 -1 50 50 10 10', 'divide it by width and height'),
        ('-1 -1 0.5 0.5 nan 0.1', 'not finite'),
        ('-1 -1 0.5 0.5 0.1', '5 columns'),
    ],
)
def test_ignore_region(tmp_path, line, message):
    """Class and id -1 make a region; anything near to that is refused with its line."""
    good = '0 3 0.5 0.5 0.2 0.4\n-1 -1 0.25 0.5 0.1 0.2\n'
    path = tmp_path / 'a.txt'
    path.write_text(good)
    assert read_labels(path, 'a.jpg', 1)[1].tolist() == [-1, -1, 0.25, 0.5, 0.1, 0.2]
    path.write_text(good + line + '\n')
    with pytest.raises(DataError, match=f'line 3: .*{message}'):
        read_labels(path, 'a.jpg', 1)
