import pytest

from fairmot_mm.datasets import JDEDataset
from fairmot_mm.datasets.converters import make_list, prepare_mix_set
from fairmot_mm.utils import DataError, OutputError

LINE = '0 {} 0.1 0.2 0.3 0.4\n'
# Images of each set by the form of the published lists; those with '' have no label.
SETS = {
    'caltech': {
        'Caltech/data/images/set00_V000_1271.png': [0, 1],
        'Caltech/data/images/set06_V001_31.png': [1],
        'Caltech/data/images/set07_V000_1.png': [2],
        'Caltech/data/images/set00_V000_1.png': None,
    },
    'citypersons': {
        'Cityscapes/images/train/jena/jena_000000_000019_leftImg8bit.png': [-1, -1],
        'Cityscapes/images/val/lindau/lindau_000000_000019_leftImg8bit.png': [-1],
    },
    'cuhksysu': {'CUHKSYSU/images/s1.jpg': [0], 'CUHKSYSU/images/s10.jpg': [-1, 4]},
    'prw': {'PRW/images/c1s1_000151.jpg': [0], 'PRW/images/c1s1_000176.jpg': [0]},
    'eth': {
        'ETHZ/eth01/images/image_00000001_0.png': [0],
        'ETHZ/eth02/images/image_00000001_0.png': [1, 2],
    },
}


@pytest.fixture
def archives(tmp_path, make_image):
    """All sets, unpacked."""
    root = tmp_path / 'downloads'
    for images in SETS.values():
        for image, ids in images.items():
            make_image(root / image, (20, 16))
            label = root / image.replace('images', 'labels_with_ids')
            label.parent.mkdir(parents=True, exist_ok=True)
            if ids is not None:
                text = ''.join(LINE.format(identity) for identity in ids)
                label.with_suffix('.txt').write_text(text)
    return root


def folder_of(name):
    return next(iter(SETS[name])).split('/')[0]


@pytest.mark.parametrize(
    ('name', 'lists', 'counts'),
    [
        ('caltech', {'all': ['06_V001_31', '00_V000_1271']}, (2, 3, [2])),
        ('citypersons', {'train': ['jena'], 'val': ['lindau']}, (1, 2, [0])),
        ('cuhksysu', {'train': ['s1.', 's10.']}, (2, 3, [2])),
        ('prw', {'train': ['000151', '000176']}, (2, 2, [1])),
        ('eth', {'train': ['eth01', 'eth02']}, (2, 3, [3])),
    ],
)
def test_lists_of_each_set(archives, tmp_path, tree, name, lists, counts):
    """Named and formed as the published ones; images without labels are left out."""
    before, out = tree(archives), tmp_path / 'out'
    for _ in range(2):
        report = prepare_mix_set(name, archives / folder_of(name), out)
        for ending, parts in lists.items():
            lines = (out / f'{name}.{ending}').read_text().splitlines()
            assert len(lines) == len(parts)
            for part in parts:
                assert any(part in line and line in SETS[name] for line in lines)
    count = next(iter(report.lists.values()))
    assert (count.images, count.boxes, count.ids) == counts
    assert 'note: the published' in str(report)
    assert tree(archives) == before
    data = JDEDataset(data_root=str(out), ann_files=[f'{name}.{next(iter(lists))}'])
    assert len(data) == counts[0]


def test_published_lists_as_they_are(archives, tmp_path):
    """A list of the authors is checked and used to the letter, blank lines and all."""
    published = tmp_path / 'cuhksysu.train'
    published.write_text('CUHKSYSU/images/s10.jpg\n\n')
    out = tmp_path / 'out'
    report = prepare_mix_set('cuhksysu', archives / 'CUHKSYSU', out, lists=[published])
    assert (out / 'cuhksysu.train').read_text() == published.read_text()
    assert str(*report.lists.values()) == '1 images, 2 boxes, 1 identities'
    published.write_text('CUHKSYSU/images/s10.jpg\nCUHKSYSU/images/s11.jpg\n')
    with pytest.raises(DataError, match=r'image 2: .*images/s11\.jpg does not exist'):
        prepare_mix_set('cuhksysu', archives / 'CUHKSYSU', out, lists=[published])
    assert not (out / 'cuhksysu.train').exists()
    with pytest.raises(DataError, match=r'not a list of prw'):
        prepare_mix_set('prw', archives / 'PRW', out, lists=[published])


def test_published_lists_against_any_root(archives, tmp_path):
    """Lists of every set in one training; the root may itself be named 'images'."""
    root = tmp_path / 'images'
    archives.rename(root)
    images = [
        image
        for sets in SETS.values()
        for image, ids in sets.items()
        if ids is not None
    ]
    (root / 'mix.train').write_text('\r\n'.join([*images, '', '']), newline='')
    data = JDEDataset(data_root=str(root), ann_files=['mix.train'], index_dir=None)
    assert [data.get_data_info(k)['img_path'] for k in range(len(data))] == [
        str(root / image) for image in images
    ]
    assert [len(data.get_data_info(k)['jde_labels']) for k in range(3)] == [2, 1, 1]
    assert data.num_ids == 6  # ids up to 4 in the list


def test_a_set_that_lies_in_place(archives, tree):
    """Unpacked below the data root: only the list is added."""
    before = tree(archives)
    prepare_mix_set('prw', archives / 'PRW', archives)
    assert set(tree(archives)) - set(before) == {'prw.train'}


def test_what_is_wrong_is_named(archives, tmp_path):
    """No such folder, another folder in its place, a malformed label."""
    out = tmp_path / 'out'
    with pytest.raises(DataError, match='is not a folder'):
        prepare_mix_set('prw', tmp_path / 'gone', out)
    with pytest.raises(DataError, match='choose one of caltech'):
        prepare_mix_set('PRW', archives / 'PRW', out)
    (out / 'PRW').mkdir(parents=True)
    with pytest.raises(OutputError, match='exists and is not'):
        prepare_mix_set('prw', archives / 'PRW', out)
    (out / 'PRW').rmdir()
    (archives / 'PRW/labels_with_ids/c1s1_000151.txt').write_text('0 1 2\n')
    with pytest.raises(DataError, match=r'c1s1_000151\.txt, line 1: 3 columns'):
        prepare_mix_set('prw', archives / 'PRW', out)
    assert not (out / 'prw.train').exists()


@pytest.mark.parametrize(
    ('part', 'frames'),
    [
        ('all', [1, 2, 3, 4, 5, 1, 2]),
        ('half', [1, 2, 1]),
        ('val', [3, 4, 5, 2]),
        ('emb', [3, 2]),
    ],
)
def test_list_of_halves(tmp_path, make_image, part, frames):
    """Each folder is cut by itself; only what matches and has labels is listed."""
    for sequence, count in {'A-SDP': 5, 'B-SDP': 2, 'C-DPM': 3}.items():
        for number in range(1, count + 1):
            image = make_image(
                tmp_path / f'S/images/train/{sequence}/img1/{number}.jpg'
            )
            label = tmp_path / f'S/labels_with_ids/train/{sequence}/img1/{number}.txt'
            label.parent.mkdir(parents=True, exist_ok=True)
            label.write_text('')
    assert image.exists()
    report = make_list(tmp_path, ['S/images/train/*-SDP'], 'my.half', part=part)
    lines = (tmp_path / 'my.half').read_text().splitlines()
    assert [int(line[:-4].rpartition('/')[2]) for line in lines] == frames
    assert report.lists[tmp_path / 'my.half'].images == len(frames)


def test_list_of_nothing(tmp_path, make_image):
    """No match, no label, no such part."""
    make_image(tmp_path / 'S/images/1.jpg')
    with pytest.raises(DataError, match='no image in'):
        make_list(tmp_path, ['T/*'], 'my.train')
    with pytest.raises(DataError, match='none of 1 images'):
        make_list(tmp_path, ['S/images'], 'my.train')
    with pytest.raises(DataError, match='choose one of all, half'):
        make_list(tmp_path, ['S'], 'my.train', part='third')
