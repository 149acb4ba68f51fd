"""Ground truth of several classes: found, read, or refused in a line."""

import json

import pytest

from fairmot_mm.evaluation import (
    evaluate_classes,
    explain_empty,
    find_form,
    read_class_results,
    read_class_truths,
)
from fairmot_mm.utils import DataError

GT = '1,1,10,20,30,40,1,1,1\n1,2,60,20,30,40,1,2,1\n2,2,62,20,30,40,1,2,1\n'
FOUND = (
    '1,7,10,20,30,40,1,1,-1,-1\n1,8,60,20,30,40,1,2,-1,-1\n2,8,62,20,30,40,1,2,-1,-1\n'
)


@pytest.fixture
def make(tmp_path):
    """Write a sequence with names of classes, and results; gives both folders."""

    def write(gt=GT, names='person\ncar\n', found=FOUND, sequence='a'):
        folder = tmp_path / 'gt' / sequence / 'gt'
        folder.mkdir(parents=True)
        (folder / 'gt.txt').write_text(gt)
        if names:
            (folder / 'labels.txt').write_text(names)
        results = tmp_path / 'results'
        results.mkdir(exist_ok=True)
        (results / f'{sequence}.txt').write_text(found)
        return tmp_path / 'gt', results

    return write


def score(root, results, form='classes', **options):
    truths = read_class_truths(root, form)
    sequences = read_class_results(results, truths, root)
    return evaluate_classes(sequences, truths.classes, **options)


def test_each_class_by_its_name(make):
    """Perfect tracks have perfect scores in each class."""
    root, results = make()
    assert find_form(root) == 'classes'
    scores = score(root, results)
    for name in ('person', 'car', 'class-average', 'detection-average'):
        assert scores[name]['OVERALL']['HOTA'] == pytest.approx(1)
        assert scores[name]['OVERALL']['MOTA'] == 1


def test_a_car_is_no_person(make):
    """A result of another class is a miss and a false alarm."""
    root, results = make(found=FOUND.replace(',2,-1,-1', ',1,-1,-1'))
    scores = score(root, results)
    assert scores['person']['OVERALL']['FP'] == 2
    assert scores['car']['OVERALL']['FN'] == 2
    assert scores['class-average']['OVERALL']['MOTP'] == 0  # of persons alone


def test_neutral_boxes_and_ignore_regions(make):
    """Results that match mark 0, or lie in a region of class 0, do not count."""
    gt = GT + '2,3,100,0,20,40,0,2,1\n1,0,200,0,100,100,0,0,1\n'
    extra = '2,9,100,0,20,40,1,2,-1,-1\n1,10,210,10,30,30,1,1,-1,-1\n'
    root, results = make(gt=gt, found=FOUND + extra)
    scores = score(root, results)
    assert scores['detection-average']['OVERALL']['FP'] == 0
    assert scores['detection-average']['OVERALL']['MOTA'] == 1


@pytest.mark.parametrize(
    ('form', 'files'),
    [
        ('kitti', {'label_02/0000.txt': ''}),
        ('bdd100k', {'a.json': '[]'}),
        ('visdrone', {'annotations/a.txt': ''}),
        ('classes', {'a/gt/gt.txt': '1,1,0,0,9,9,1,4,0,1\n'}),
        ('classes', {'a/gt/gt.txt': GT, 'a/gt/labels.txt': 'a\nb\n'}),
        ('classes', {'a/gt/gt.txt': GT, 'a/gt/labels.txt': 'vehicle\n'}),
        ('motchallenge', {'a/gt/gt.txt': GT}),
        ('motchallenge', {'a/gt/gt.txt': GT, 'a/gt/labels.txt': 'person\n'}),
    ],
)
def test_form_of_a_folder(tmp_path, form, files):
    """Folders and columns say what the ground truth is."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert find_form(tmp_path) == form


def test_visdrone_as_downloaded(tmp_path):
    """Regions, others and score 0 of VisDrone do not count; frames from the images."""
    (tmp_path / 'annotations').mkdir()
    (tmp_path / 'annotations/u.txt').write_text(
        '1,0,10,20,30,40,1,4,0,0\n1,0,100,0,50,50,0,0,0,0\n1,2,0,0,9,9,0,4,0,0\n'
    )
    (tmp_path / 'u.txt').write_text(
        '1,1,10,20,30,40,0.9,4,-1,-1\n1,2,101,1,9,9,0.9,4,-1,-1\n1,3,0,0,9,9,1,4,-1,-1\n'
    )
    scores = score(tmp_path, tmp_path, 'visdrone')
    assert scores['car']['OVERALL']['MOTA'] == 1
    assert scores['class-average']['OVERALL']['MOTA'] == 1  # of one class with objects
    notes = explain_empty(scores, ['car', 'van'])
    assert notes == [
        'class van has no object in the ground truth: it does not count in the class '
        'average'
    ]


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(names=''), r'a/gt/labels.txt does not exist: write the names of'),
        (dict(names='a\na\n'), r"labels.txt: class 'a' occurs twice"),
        (dict(names='a\n\nb\n'), r'labels.txt, line 2: the line is blank'),
        (dict(gt='1,1,0,0,9,9,1,3,1\n'), r'gt.txt, line 1: class 3, but .*labels.txt'),
        (dict(gt='1,1,0,0,9,9,1\n'), r'gt.txt has no column of classes, but '),
        (dict(gt=GT + '1,2,0,0,9,9,1,2,1\n'), r'gt.txt, line 4: a: .* 2 more than'),
        (dict(found='1,1,0,0,9,9,1,-1,-1,-1\n'), r'a.txt has no column of classes'),
        (dict(found='1,1,0,0,9,9\n'), r'a.txt has no column of classes, but'),
        (dict(found='1,1,0,0,9,9,1,3,-1,-1\n'), r'a.txt, line 1: class 3, but'),
        (dict(found='1,1,0,0,9,9,1,0,-1,-1\n1,2,0,0,9,9,1,1,-1,-1\n'), r'class 0, but'),
        (dict(found='9,1,0,0,9,9,1,1,-1,-1\n'), r'line 1: a: results have frame 9'),
        (dict(gt='', found=''), r'no object of the classes person, car'),
    ],
)  # fmt: skip
def test_what_cannot_be_scored(make, options, message):
    """File, line and class are named."""
    with pytest.raises(DataError, match=message):
        score(*make(**options))


def test_sequences_of_different_classes(make):
    """One class must have one number."""
    make()
    root, results = make(names='car\nperson\n', sequence='b')
    with pytest.raises(DataError, match=r'b/gt/gt.txt has the classes car, person'):
        score(root, results)


def test_malformed_results_of_benchmarks(tmp_path):
    """Results of KITTI and BDD100K name file and line, too."""
    (tmp_path / 'k/label_02').mkdir(parents=True)
    car = '0 1 Car 0 0 0 1 1 50 50 1 1 1 1 1 1 0'
    (tmp_path / 'k/label_02/0000.txt').write_text(f'{car}\n')
    (tmp_path / '0000.txt').write_text(f'{car} 0.9\n{car} 0.8\n')
    with pytest.raises(DataError, match=r'0000.txt, line 2: 0000: .* 1 more than once'):
        score(tmp_path / 'k', tmp_path, 'kitti')
    (tmp_path / 'b').mkdir()
    (tmp_path / 'b/v.json').write_text(json.dumps([dict(frameIndex=0, labels=[])]))
    (tmp_path / 'v.json').write_text('{}')
    with pytest.raises(DataError, match=r'v.json is not a BDD100K file'):
        score(tmp_path / 'b', tmp_path, 'bdd100k')


def test_results_that_name_their_classes(make):
    """labels.txt beside the results decides their numbers, without regard to case."""
    swapped = FOUND.replace(',1,-1,-1', ',0,-1,-1').replace(',2,-1,-1', ',1,-1,-1')
    root, results = make(found=swapped.replace(',0,-1,-1', ',2,-1,-1'))
    (results / 'labels.txt').write_text('Car\nPerson\n')
    assert score(root, results)['class-average']['OVERALL']['MOTA'] == 1
    (results / 'labels.txt').write_text('bus\ntruck\n')
    with pytest.raises(DataError, match=r'names the classes bus, truck, and the'):
        score(root, results)
