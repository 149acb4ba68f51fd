import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from fairmot_mm.datasets.check import ERRORS, KINDS, check_dataset
from fairmot_mm.utils import DataError

LINES = '0 {} 0.3 0.5 0.2 0.4\n0 {} 0.7 0.5 0.9 1.4\n'


@pytest.fixture
def root(tmp_path):
    """A sound set: two sequences of four frames and two people, one more to test on.

    Boxes may reach beyond the image.
    """
    number = 0
    for ending, names in {'train': 'AB', 'val': 'C'}.items():
        lines = []
        for sequence in names:
            images = tmp_path / f'S/images/{ending}/{sequence}/img1'
            labels = tmp_path / f'S/labels_with_ids/{ending}/{sequence}/img1'
            for folder in (images, labels, images.parent / 'gt'):
                folder.mkdir(parents=True)
            for frame in range(1, 5):
                number += 1
                noise = np.random.default_rng(number).integers(0, 255, (16, 20, 3))
                cv2.imwrite(str(images / f'{frame}.jpg'), noise)
                first = 2 * (sequence == 'B')
                (labels / f'{frame}.txt').write_text(LINES.format(first, first + 1))
                lines.append(f'S/images/{ending}/{sequence}/img1/{frame}.jpg\n')
            (images.parent / 'gt/gt.txt').touch()
            (images.parent / 'seqinfo.ini').write_text(
                '[Sequence]\nframeRate=5\nimWidth=20\nimHeight=16\n'
            )
        (tmp_path / f's.{ending}').write_text(''.join(lines))
    return tmp_path


def image(root, frame, sequence='A'):
    return root / f'S/images/train/{sequence}/img1/{frame}.jpg'


def label(root, frame, sequence='A'):
    return root / f'S/labels_with_ids/train/{sequence}/img1/{frame}.txt'


def problems(root, **options):
    """(kind, file and line below the root) of each problem."""
    report = check_dataset(root, ['s.train'], ['s.val'], **options)
    found = [(p.kind, p.where.removeprefix(f'{root}/')) for p in report.problems]
    assert report.num_errors == sum(kind in ERRORS for kind, _ in found)
    return found


@pytest.mark.parametrize('workers', [1, 2])
def test_sound(root, workers):
    """Nothing is found, and the counts are right; decoding finds nothing either."""
    report = check_dataset(
        root, ['s.train'], ['s.val', 'S/images/val'], decode=True, workers=workers
    )
    assert report.problems == []
    assert [str(count) for count in report.lists.values()] == [
        '8 images, 16 boxes, 4 identities',
        '4 images, 8 boxes, 2 identities',
    ]
    assert report.summary().endswith('0 errors, 0 warnings')


@pytest.mark.parametrize(
    ('line', 'kind'),
    [
        ('0 0 0.3 0.5 0.2', 'column-count'),
        ('0 0 0.3 0.5 0.2 0.4 1', 'column-count'),
        ('0 0 0.3 x 0.2 0.4', 'not-a-number'),
        ('0 0 nan 0.5 0.2 0.4', 'not-a-number'),
        ('0 0 0.3 0.5 inf 0.4', 'not-a-number'),
        ('1 0 0.3 0.5 0.2 0.4', 'class-out-of-range'),
        ('-1 0 0.3 0.5 0.2 0.4', 'class-out-of-range'),
        ('0.5 0 0.3 0.5 0.2 0.4', 'class-out-of-range'),
        ('0 -2 0.3 0.5 0.2 0.4', 'bad-identity'),
        ('0 1.5 0.3 0.5 0.2 0.4', 'bad-identity'),
        ('0 0 0.3 0.5 0 0.4', 'no-area'),
        ('0 0 0.3 0.5 0.2 -0.4', 'no-area'),
        ('0 0 6 8 4 6.4', 'outside-range'),
        ('0 0 0.3 0.5 40 0.4', 'outside-range'),
        ('0 0 1.2 0.5 0.2 0.4', 'beyond-image'),
        ('0 1 0.3 0.5 0.2 0.4', 'repeated-identity'),
    ],
)
def test_bad_line(root, line, kind):
    """The file and the line; the other lines are read."""
    path = label(root, 2)
    path.write_text('0 1 0.3 0.5 0.2 0.4\n\n' + line + '\n')
    assert problems(root) == [(kind, f'{path.relative_to(root)}, line 3')]


def test_clipped_boxes(root):
    """Sides beyond the image are wrong where boxes are to be clipped."""
    found = problems(root, clipped=True)
    assert len(found) == 12
    assert found[0] == (
        'outside-range',
        'S/labels_with_ids/train/A/img1/1.txt, line 2',
    )


def missing_image(root):
    image(root, 2).unlink()
    return image(root, 2)


def missing_label(root):
    label(root, 2).unlink()
    return label(root, 2)


def unreadable_image(root):
    image(root, 2).write_text('no image')
    return image(root, 2)


def wrong_size(root):
    cv2.imwrite(str(image(root, 2)), np.zeros((20, 16, 3), np.uint8))
    return image(root, 2)


def empty_frame(root):
    label(root, 2).write_text('\n')
    return label(root, 2)


def exploded_identities(root):
    for frame in range(1, 5):
        label(root, frame).write_text(LINES.format(10 * frame, 10 * frame + 1))
    return label(root, 1).parent


def shared_identity(root):
    label(root, 3, 'B').write_text(LINES.format(2, 1))
    return f'{label(root, 3, "B")}, line 2'


def unused_identities(root):
    label(root, 3).write_text(LINES.format(0, 9000))
    return root / 's.train'


def listed_twice(root):
    text = (root / 's.train').read_text()
    (root / 's.train').write_text(text + text.splitlines()[2])
    return f'{root / "s.train"}, line 9'


def bad_list(root):
    with (root / 's.train').open('a') as file:
        file.write('S/pictures/1.jpg')
    return f'{root / "s.train"}, line 9'


def train_val_overlap(root):
    other = root / 'S/images/val/C/img1/3.jpg'
    other.unlink()
    shutil.copy(image(root, 2), other)
    return root / 's.train'


@pytest.mark.parametrize(
    'plant',
    [
        missing_image,
        missing_label,
        unreadable_image,
        wrong_size,
        empty_frame,
        exploded_identities,
        shared_identity,
        unused_identities,
        listed_twice,
        bad_list,
        train_val_overlap,
    ],
)
def test_planted(root, plant):
    """Each defect is found once, where it is, and may be allowed."""
    kind = plant.__name__.replace('_', '-')
    where = str(plant(root)).removeprefix(f'{root}/')
    assert problems(root) == [(kind, where)]
    assert problems(root, allow=[kind]) == []


def test_corrected_seqinfo(root):
    """Once corrected, seqinfo.ini is read anew."""
    ini = root / 'S/images/train/A/seqinfo.ini'
    text = ini.read_text()
    ini.write_text(text.replace('imWidth=20', 'imWidth=21'))
    assert [kind for kind, _ in problems(root, workers=1)] == ['wrong-size'] * 4
    ini.write_text(text)
    assert problems(root, workers=1) == []


def test_cut_off_image(root):
    """The header is fine, the rest is not there: found by decoding."""
    path = image(root, 2)
    path.write_bytes(path.read_bytes()[:-200])
    assert problems(root) == []
    found = problems(root, decode=True)
    assert found == [('unreadable-image', str(path.relative_to(root)))]


def test_stills_of_one_box_identities(root):
    """CrowdHuman's identity for each box is no more than a warning."""
    for number in range(8):
        folder, frame = 'AB'[number // 4], number % 4 + 1
        still = root / f'S/images/stills/{number}.jpg'
        still.parent.mkdir(exist_ok=True)
        shutil.copy(image(root, frame, folder), still)
        text = root / f'S/labels_with_ids/stills/{number}.txt'
        text.parent.mkdir(exist_ok=True)
        text.write_text(LINES.format(2 * number, 2 * number + 1))
    (root / 's.train').write_text(
        ''.join(f'S/images/stills/{number}.jpg\n' for number in range(8))
    )
    kind = 'one-box-identities'
    assert problems(root) == [(kind, 'S/labels_with_ids/stills')]


def test_links_overlap(root):
    """The first sequence to train on is the second to test on, through a link."""
    (root / 'S/images/val/D').symlink_to(root / 'S/images/train/A')
    report = check_dataset(root, ['s.train'], ['S/images/val'])
    assert [p.kind for p in report.problems] == ['train-val-overlap'] * 4
    assert 'and 2 more' in report.summary(most=2)
    images = [image(root, 1), image(root, 2)]
    report = check_dataset(root, ['s.train'], val_images=images)
    assert len(report.problems) == 2


def test_sequences_to_test_on(root):
    """Without seqinfo.ini or ground truth they are of little use."""
    (root / 'S/images/val/C/seqinfo.ini').unlink()
    (root / 'S/images/val/C/gt/gt.txt').unlink()
    report = check_dataset(root, ['s.train'], ['S/images/val'])
    assert [p.kind for p in report.problems] == ['no-seqinfo', 'no-ground-truth']
    assert report.num_errors == 0


def test_ground_truth_of_a_frame_without_image(root):
    """A sequence to test on whose ground truth does not fit its images."""
    with (root / 'S/images/val/C/gt/gt.txt').open('a') as file:
        file.write('99,1,0,0,9,9,1,1,1\n')
    report = check_dataset(root, ['s.train'], ['S/images/val'])
    (problem,) = report.problems
    assert problem.kind == 'bad-ground-truth'
    assert 'ground truth has frame 99, outside the frames 1 to' in str(problem)
    assert report.num_errors == 1


def test_several_classes(root):
    """Identities of two classes are two things: the same number may be in both."""
    label(root, 1, 'B').write_text('1 0 0.3 0.5 0.2 0.4\n')
    report = check_dataset(root, ['s.train'], num_classes=2)
    assert report.problems == []
    assert [count.ids for count in report.lists.values()] == [[4, 1]]


def test_class_without_boxes(root):
    """A class of the lists to train or test on that has none, with its name."""
    names = ('person', 'car')
    label(root, 1, 'B').write_text('1 0 0.3 0.5 0.2 0.4\n')
    report = check_dataset(
        root, ['s.train'], ['s.val'], num_classes=2, class_names=names
    )
    (problem,) = report.problems
    assert str(problem) == f'{root / "s.val"}: class 1 (car) has no box'
    assert (problem.kind, problem.is_error) == ('class-without-boxes', False)
    report = check_dataset(root, ['s.train'], num_classes=3)
    assert [one.what for one in report.problems] == ['class 2 has no box']
    assert report.trained_classes == {0, 1}
    allowed = check_dataset(
        root, ['s.train'], num_classes=3, allow=['class-without-boxes']
    )
    assert allowed.problems == []


def test_class_of_a_ground_truth_without_boxes(root):
    """Of labels.txt: what no sequence has; a box that does not count is none."""
    gt = root / 'S/images/val/C/gt'
    (gt / 'labels.txt').write_text('person\ncar\nbus\n')
    (gt / 'gt.txt').write_text('1,1,0,0,9,9,1,1,1\n1,2,0,0,9,9,0,2,1\n')
    report = check_dataset(root, ['s.train'], ['S/images/val'])
    assert [str(one) for one in report.problems] == [
        f'{root}/S/images/val/*/gt/labels.txt: class {k} has no box'
        for k in ('2 (car)', '3 (bus)')
    ]
    other = shutil.copytree(gt.parent, gt.parents[1] / 'D')
    (other / 'gt/gt.txt').write_text('1,1,0,0,9,9,1,2,1\n2,2,0,0,9,9,1,3,1\n')
    assert check_dataset(root, ['s.train'], ['S/images/val']).problems == []


def test_files_that_are_no_text(root):
    """A label in another encoding, and a list that is not text."""
    label(root, 2).write_bytes(b'\xff\xfe0')
    (root / 'S/images/train/B/seqinfo.ini').write_bytes(b'[Sequence]\nname=\xbd\xd6\n')
    found = problems(root)
    assert ('bad-label', 'S/labels_with_ids/train/A/img1/2.txt') in found
    assert found.count(('bad-seqinfo', 'S/images/train/B')) == 4
    (root / 's.train').write_bytes(b'\xbd\xd6.jpg\n')
    assert ('bad-list', 's.train') in problems(root)


def test_what_cannot_be_checked(root):
    """A list that is not there, an unknown kind."""
    report = check_dataset(root, ['gone.train'])
    assert [p.kind for p in report.problems] == ['bad-list']
    with pytest.raises(DataError, match="'nothing' is not a kind"):
        check_dataset(root, ['s.train'], allow=['nothing'])


def test_ignore_regions_are_counted(root):
    """They are no boxes and no identities, and no problem."""
    path = label(root, 2)
    path.write_text(path.read_text() + '-1 -1 0.3 0.5 0.2 0.4\n-1 -1 0.3 0.5 0.2 0.4\n')
    report = check_dataset(root, ['s.train'], ['s.val'])
    assert report.problems == []
    first, _ = map(str, report.lists.values())
    assert first == '8 images, 16 boxes, 4 identities, 2 ignore regions'


def test_boxes_without_identities(root):
    """A video in which nobody has an identity has not too many of them."""
    for path in (root / 'S/labels_with_ids/train/A/img1').iterdir():
        path.write_text('0 -1 0.3 0.5 0.2 0.4\n')
    assert problems(root) == []


def test_labelled_background(root):
    """Images of background lists need no label, but may not have people."""
    (root / 'plain').mkdir()
    shutil.copy(image(root, 1, 'B'), root / 'plain/b.jpg')
    Path(root / 'none.list').write_text(
        'plain/b.jpg\nS/images/train/A/img1/1.jpg\nS/images/train/A/img1/2.jpg\nno.jpg\n'
    )
    label(root, 2).write_text('')
    report = check_dataset(root, [], background=['none.list'])
    found = [(p.kind, p.where.removeprefix(f'{root}/')) for p in report.problems]
    assert found == [
        ('labelled-background', str(label(root, 1).relative_to(root))),
        ('missing-image', 'no.jpg'),
    ]
    assert str(report.lists[root / 'none.list']).startswith('4 images, 0 boxes')


def test_background_is_not_tested_on(root):
    """An image that training sees as background must not be a test image, either."""
    copy = root / 'b.jpg'
    shutil.copy(root / 'S/images/val/C/img1/1.jpg', copy)
    (root / 'none.list').write_text('b.jpg\n')
    report = check_dataset(root, [], ['s.val'], background=['none.list'])
    assert [one.kind for one in report.problems] == ['train-val-overlap']


def test_every_kind_is_planted():
    """A new kind of problem gets a test here."""
    text = Path(__file__).read_text().replace('_', '-')
    assert [kind for kind in KINDS if kind not in text] == []
