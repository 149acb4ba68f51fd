import pytest

from fairmot_mm.evaluation.scored_rows import GROUND_TRUTH, RESULTS, read_scored_rows
from fairmot_mm.utils import DataError
from fairmot_mm.utils.sequence import SequenceInfo


def write_fractions(path):
    """Write boxes in fractions of the image; the first line is blank."""
    path.parent.mkdir(parents=True)
    path.write_text('\n1,1,.1,.1,.2,.4,1,1,1\n2,1,.15,.1,.2,.4,1,1,1\n')
    return path


@pytest.mark.parametrize('what', [GROUND_TRUTH, RESULTS])
def test_fractions_of_the_image_are_no_pixels(what, tmp_path):
    """Neither ground truth nor results are scored then."""
    file = write_fractions(tmp_path / 'gt' / 'gt.txt')
    with pytest.raises(DataError, match=rf'gt.txt, line 2: some: {what} boxes in frac'):
        read_scored_rows(file, 'some', what)


def test_fractions_in_a_sequence(tmp_path):
    """A test of a network reads its ground truth in the same way."""
    file = write_fractions(tmp_path / 'gt' / 'gt.txt')
    images = [tmp_path / 'img1' / f'{number:06}.jpg' for number in (1, 2)]
    info = SequenceInfo('some', images, 30.0, 640, 480, file)
    with pytest.raises(DataError, match=r'gt.txt, line 2: .*fractions.*multiply'):
        info.read_ground_truth()


@pytest.mark.parametrize(
    ('gt', 'names', 'message'),
    [
        ('1,1,10,20,30,40,1,4,0,1\n', '', r'several classes \(those of VisDrone\)'),
        ('1,1,10,20,30,40,1,2,1\n', 'car\nperson\n', r'several classes \(labels.txt\)'),
    ],
)
def test_several_classes_are_not_taken_for_pedestrians(tmp_path, gt, names, message):
    """Their numbers are not those of the MOTChallenge; one class can be chosen."""
    file = tmp_path / 'gt.txt'
    file.write_text(gt)
    if names:
        (tmp_path / 'labels.txt').write_text(names)
    with pytest.raises(DataError, match=message):
        read_scored_rows(file, 'some', GROUND_TRUTH)
    number = int(gt.split(',')[7])
    assert len(read_scored_rows(file, 'some', GROUND_TRUTH, class_number=number)) == 1
