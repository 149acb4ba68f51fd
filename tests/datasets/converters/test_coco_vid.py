import json
from pathlib import Path

import pytest

from fairmot_mm.datasets import MOTVideoDataset
from fairmot_mm.datasets.converters import convert_coco_vid
from fairmot_mm.utils import DataError, OutputError, read_mot

CATEGORIES = [{'id': 1, 'name': 'person'}, {'id': 3, 'name': 'car'}]


def annotation(image, bbox, category=1, **others):
    return dict(id=0, image_id=image, category_id=category, bbox=bbox, **others)


@pytest.fixture
def source(tmp_path, make_image):
    """Two videos; names of frames are not padded, entries not in order."""
    images = []
    for video in (2, 1):
        for number in (10, 9):
            name = f'v{video}/{number}.png'
            make_image(tmp_path / 'src' / name)
            images.append(
                dict(
                    id=100 * video + number,
                    video_id=video,
                    file_name=name,
                    width=100,
                    height=80,
                )
            )
    content = dict(
        videos=[{'id': 1, 'name': 'v1', 'fps': 10}, {'id': 2, 'name': 'sub/v2'}],
        images=images,
        categories=CATEGORIES,
        annotations=[
            annotation(110, [-10, 0, 40, 50], track_id=5),
            annotation(109, [50, 20, 50, 80], track_id=5),
            annotation(109, [0, 0, 10, 8], track_id=2),
            annotation(109, [0, 0, 9, 9], track_id=8, iscrowd=1),
            annotation(109, [0, 0, 9, 9], track_id=9, ignore=1),
            annotation(109, [0, 0, 20, 16], 3, track_id=5),
            annotation(209, [20, 0, 20, 40], instance_id=5),
            annotation(210, [20, 40, 20, 40]),
        ],
    )
    file = tmp_path / 'all.json'
    file.write_text(json.dumps(content))
    return file, tmp_path / 'src', tmp_path / 'out'


def change(file, **keys):
    file.write_text(json.dumps(json.loads(file.read_text()) | keys))


def test_boxes(source, read_labels):
    """Identities per video, by the order of names; 9.png comes before 10.png."""
    out = source[2]
    report = convert_coco_vid(*source, 'SET', frame_rate=25)
    assert (out / 'set.train').read_text().splitlines() == [
        'SET/images/train/sub-v2/img1/9.png',
        'SET/images/train/sub-v2/img1/10.png',
        'SET/images/train/v1/img1/9.png',
        'SET/images/train/v1/img1/10.png',
    ]
    assert read_labels(out, 'SET/images/train/sub-v2/img1/9.png') == [
        '0 0 0.300000 0.250000 0.200000 0.500000'
    ]
    assert read_labels(out, 'SET/images/train/sub-v2/img1/10.png') == [
        '0 -1 0.300000 0.750000 0.200000 0.500000'
    ]
    assert read_labels(out, 'SET/images/train/v1/img1/9.png') == [
        '0 1 0.050000 0.050000 0.100000 0.100000',
        '0 2 0.750000 0.750000 0.500000 1.000000',
    ]
    assert read_labels(out, 'SET/images/train/v1/img1/10.png') == [
        '0 2 0.100000 0.312500 0.400000 0.625000'
    ]
    assert str(*report.lists.values()) == '4 images, 5 boxes, 3 identities'
    assert report.rejected == {
        'iscrowd': 1,
        'ignore': 1,
        'class car is not converted': 1,
    }


def test_videos_can_be_tested_on(source):
    """Ground truth in the form of MOT17, frames by the order that testing reads."""
    convert_coco_vid(*source, 'SET', frame_rate=25)
    data = MOTVideoDataset(data_root=str(source[2] / 'SET/images/train'))
    assert [data.get_data_info(k)['frame_rate'] for k in (0, 2)] == [25, 10]
    frames = [Path(data.get_data_info(k)['img_path']).name for k in (2, 3)]
    assert frames == ['9.png', '10.png']
    rows = read_mot(data.get_data_info(2)['gt_file'])
    assert rows.frames.tolist() == [9, 9, 10]
    assert rows.tlwh.tolist() == [[0, 0, 10, 8], [50, 20, 50, 80], [-10, 0, 40, 50]]
    assert rows.classes.tolist() == [1, 1, 1]
    assert len(read_mot(data.get_data_info(0)['gt_file'])) == 1  # the other has no id


def test_frame_ids_give_the_order(source):
    """They may agree with the names; another order cannot be read back."""
    file = source[0]
    images = json.loads(file.read_text())['images']
    for image in images:
        image['frame_id'] = image['id'] % 100 - 9
    change(file, images=images)
    convert_coco_vid(*source, 'SET')
    for image in images:
        image['frame_id'] = 19 - image['id'] % 100
    change(file, images=images)
    with pytest.raises(DataError, match=r'9\.png would come before 10\.png; rename'):
        convert_coco_vid(*source, 'SET')


def test_classes_and_clipping(source, read_labels):
    """The class is the place in ``classes``; each counts its own identities."""
    report = convert_coco_vid(*source, 'SET', classes=['car', 'person'], clip=True)
    assert read_labels(source[2], 'SET/images/train/v1/img1/9.png') == [
        '1 1 0.050000 0.050000 0.100000 0.100000',
        '1 2 0.750000 0.625000 0.500000 0.750000',
        '0 0 0.100000 0.100000 0.200000 0.200000',
    ]
    assert str(*report.lists.values()) == '4 images, 6 boxes, 1 + 3 identities'


def test_images_of_no_video(source, read_labels, make_image):
    """Plain COCO: folders are kept, there is nothing to test on, and no identity."""
    file, root, out = source
    make_image(root / 'a/b/x.jpg', (50, 40))
    make_image(root / 'y.jpg', (50, 40))
    images = [dict(id=1, file_name='a/b/x.jpg'), dict(id=2, file_name='y.jpg')]
    boxes = [annotation(1, [0, 0, 25, 20]), annotation(1, [0, 0, 25, 20])]
    change(file, images=images, videos=[], annotations=boxes)
    report = convert_coco_vid(file, root, out, 'SET', ending='val')
    assert (out / 'set.val').read_text().splitlines() == [
        'SET/images/val/y.jpg',
        'SET/images/val/a/b/x.jpg',
    ]
    assert read_labels(out, 'SET/images/val/y.jpg') == []
    assert (
        read_labels(out, 'SET/images/val/a/b/x.jpg')
        == ['0 -1 0.250000 0.250000 0.500000 0.500000'] * 2
    )
    assert str(*report.lists.values()) == '2 images, 2 boxes, 0 identities'
    assert not list(out.rglob('gt.txt'))


def test_lists_of_two_files(source, tree):
    """Training and validation files share a set; each run leaves the other's alone."""
    file, root, out = source
    convert_coco_vid(file, root, out, 'SET')
    before = tree(out)
    convert_coco_vid(file, root, out, 'SET', ending='val')
    assert {
        name: entry for name, entry in tree(out).items() if name in before
    } == before
    both = tree(out)
    convert_coco_vid(file, root, out, 'SET')
    assert tree(out) == both


@pytest.mark.parametrize(
    ('keys', 'message'),
    [
        ({'images': 3}, "no list 'images'"),
        ({'annotations': [annotation(7, [0, 0, 1, 1])]}, 'belongs to image 7, which'),
        ({'annotations': [annotation(109, [0, 0, 1])]}, 'malformed annotation of v1'),
        ({'annotations': [{'id': 1}]}, "an entry has no 'image_id'"),
        (
            {'images': [dict(id=1, file_name='v1/9.png', width=50, height=80)]},
            r'belongs to image|100x80 pixels, but .* says 50x80',
        ),
        ({'images': [], 'annotations': []}, 'lists no image'),
    ],
)
def test_what_is_wrong_is_named(source, keys, message):
    """The file, and the entry or key."""
    change(source[0], **keys)
    with pytest.raises(DataError, match=message):
        convert_coco_vid(*source, 'SET')


def test_size_that_the_file_gets_wrong(source):
    """Images scaled since they were annotated would get wrong boxes."""
    file = source[0]
    images = json.loads(file.read_text())['images']
    change(file, images=[{**image, 'width': 50} for image in images])
    with pytest.raises(DataError, match=r'100x80 pixels, but .* says 50x80'):
        convert_coco_vid(*source, 'SET')


def test_the_source_is_never_written_into(source):
    """Neither is the target in it nor it in the target."""
    file, root, _ = source
    with pytest.raises(OutputError, match='must not change'):
        convert_coco_vid(file, root, root, 'SET')
    with pytest.raises(OutputError, match='must not change'):
        convert_coco_vid(file, root, root.parent, 'src')


@pytest.mark.parametrize(
    ('keys', 'message'),
    [
        ({'track_id': 1.7}, 'track_id of annotation 0 = 1.7 is not a whole number'),
        ({'track_id': 2**70}, 'track_id of annotation 0 = 1180.* must be at most'),
        ({'track_id': True}, 'track_id of annotation 0 = True is not a number'),
        ({'bbox': [0.1, 0.1, 0.2, 0.4]}, '1 of 1 boxes are fractions'),
        ({'bbox': '1234'}, 'malformed annotation'),
        ({'bbox': [0, 0, 10**400, 1]}, 'malformed annotation'),
    ],
)
def test_values_that_cannot_be_used(source, keys, message):
    """The file, the annotation and the value."""
    change(source[0], annotations=[annotation(109, [0, 0, 9, 9]) | keys])
    with pytest.raises(DataError, match=rf'all\.json.*{message}'):
        convert_coco_vid(*source, 'SET')


@pytest.mark.parametrize(
    ('rate', 'expected'), [('30000/1001', '29.97002997'), ('25', '25'), (12.5, '12.5')]
)
def test_rates(source, rate, expected):
    """Some tools write what ffprobe prints."""
    change(source[0], videos=[{'id': 1, 'name': 'v1', 'fps': rate}])
    convert_coco_vid(*source, 'SET')
    ini = source[2] / 'SET/images/train/v1/seqinfo.ini'
    assert f'frameRate={expected}\n' in ini.read_text()


@pytest.mark.parametrize('rate', ['nan', '1/0', 0, -5, 'fast', float('nan')])
def test_no_rate(source, rate):
    """File and video; a rate of 0 is not the default one."""
    change(source[0], videos=[{'id': 1, 'name': 'v1', 'fps': rate}])
    with pytest.raises(DataError, match=r'all\.json: fps of video v1'):
        convert_coco_vid(*source, 'SET')


def test_names_stay_in_the_folders(source):
    """Names lead nowhere else; those of Windows have other separators."""
    content = json.loads(source[0].read_text())
    for image in content['images']:
        image['file_name'] = image['file_name'].replace('/', '\\')
    change(source[0], images=content['images'])
    assert convert_coco_vid(*source, 'SET').lists
    for keys in (
        {'videos': [{'id': 1, 'name': '..'}]},
        {'images': [dict(id=1, file_name='../v1/9.png')]},
        {'images': [dict(id=1, file_name='v1/\ud800.png')]},
    ):
        change(source[0], **keys)
        with pytest.raises(DataError, match='cannot be the name of a file below'):
            convert_coco_vid(*source, 'SET')


def test_two_things_of_one_name(source):
    """Two images of an id, two videos of a name."""
    images = [dict(id=1, file_name=f'v1/{number}.png') for number in (9, 10)]
    change(source[0], images=images, annotations=[annotation(1, [0, 0, 9, 9])])
    with pytest.raises(DataError, match='two images have the id 1'):
        convert_coco_vid(*source, 'SET')
    images = [dict(id=k, video_id=k, file_name=f'v{k}/9.png') for k in (1, 2)]
    videos = [{'id': 1, 'name': 'v'}, {'id': 2, 'name': 'v'}]
    change(source[0], images=images, videos=videos)
    with pytest.raises(DataError, match='would share'):
        convert_coco_vid(*source, 'SET')


def test_ignore_regions(source, read_labels):
    """`iscrowd` and `ignore` become regions on demand, and so does a class."""
    file, images, out = source
    options = dict(keep_ignored=True, ignore_classes=['car'])
    convert_coco_vid(file, images, out, 'c', **options)
    lines = read_labels(out, 'c/images/train/v1/img1/9.png')
    classes = [line.split()[:2] for line in lines]
    assert classes.count(['-1', '-1']) == 3
    assert [label for label in classes if label[0] == '0'] == [['0', '1'], ['0', '2']]
    truth = read_mot(out / 'c/images/train/v1/gt/gt.txt')
    assert truth.classes[truth.marks == 0].tolist() == [8, 8, 8]  # distractors
    assert (truth.marks == 1).sum() == 3
    keys = {*zip(truth.frames.tolist(), truth.ids.tolist(), strict=True)}
    assert len(keys) == len(truth)
