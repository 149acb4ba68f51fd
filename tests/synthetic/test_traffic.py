"""Cyclists and cars of a rendered street."""

import cv2
import numpy as np
import pytest

from fairmot_mm.synthetic import STREET_CLASSES, SyntheticScene, write_sequence
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.class_files import read_class_rows

SMALL = dict(num_people=3, width=256, height=144, num_frames=40, frame_rate=8)


@pytest.fixture(scope='module')
def street():
    """Rows of all frames of a street with three classes, and its images."""
    scene = SyntheticScene(4, num_cyclists=3, num_cars=4, **SMALL)
    images, rows = zip(*scene.frames(), strict=True)
    return images, rows


def test_three_classes(street):
    """Each identity has one class, in the order people, cyclists, cars, parked cars."""
    _, rows = street
    classes = {}
    for row in rows:
        for identity, label in zip(row.ids.tolist(), row.classes.tolist(), strict=True):
            assert classes.setdefault(identity, label) == label
    assert {classes[identity] for identity in (1, 2, 3) if identity in classes} == {1}
    assert {label for identity, label in classes.items() if 3 < identity <= 6} == {2}
    assert {label for identity, label in classes.items() if identity > 6} == {3}


def test_vehicles_move_and_come_back(street):
    """Vehicles of both kinds cross the image; parked cars stay."""
    _, rows = street
    for low, high in ((4, 6), (7, 10)):
        moved = [
            np.ptp([row.tlwh[row.ids == identity][0, 0] for row in rows
                    if identity in row.ids])
            for identity in range(low, high + 1)
        ]  # fmt: skip
        assert max(moved) > 80
    parked = {i for row in rows for i in row.ids.tolist() if i > 10}
    assert parked
    for identity in parked:
        places = [row.tlwh[row.ids == identity][0] for row in rows]
        np.testing.assert_allclose(places, places[0][None].repeat(len(rows), 0))


def test_shapes_and_boxes(street):
    """Cars are wide, cyclists are not; boxes bound what differs from the street."""
    images, rows = street
    boxes = np.concatenate([row.tlwh for row in rows])
    classes = np.concatenate([row.classes for row in rows])
    ratio = boxes[:, 2] / boxes[:, 3]
    assert (ratio[classes == 3] > 2).all()
    assert ((ratio[classes == 2] > 0.7) & (ratio[classes == 2] < 1.4)).all()
    still = np.median(np.stack(images), axis=0)
    inside = outside = 0
    for image, row in zip(images, rows, strict=True):
        mask = np.zeros(image.shape[:2], np.uint8)
        for x, y, w, h in row.tlwh.round().astype(int):
            cv2.rectangle(mask, (x - 2, y - 2), (x + w + 2, y + h + 2), 1, cv2.FILLED)
        changed = np.abs(image - still).max(2) > 90
        inside += np.count_nonzero(changed & (mask > 0))
        outside += np.count_nonzero(changed & (mask == 0))
    assert inside > 30 * outside


def test_people_alone_stay_as_they_are():
    """Without vehicles, the images and rows of a seed are those of before."""
    plain = SyntheticScene(4, **SMALL)
    assert plain.classes == ('pedestrian',)
    with_cars = SyntheticScene(4, num_cars=2, **SMALL)
    for (_, row), (_, other) in zip(plain.frames(), with_cars.frames(), strict=True):
        people = other[other.classes == 1]
        np.testing.assert_array_equal(row.ids, people.ids)
        np.testing.assert_array_equal(row.tlwh, people.tlwh)
        assert (row.classes == 1).all()
        break


def test_written_with_the_names_of_classes(tmp_path):
    """The folder names its classes; a street of people does not need it."""
    options = SMALL | dict(num_frames=3)
    folder = write_sequence(tmp_path / 'a', SyntheticScene(4, num_cars=1, **options))
    rows, classes, _ = read_class_rows(folder / 'gt/gt.txt')
    assert classes == STREET_CLASSES
    assert 3 in rows.classes
    folder = write_sequence(tmp_path / 'b', SyntheticScene(4, **options))
    assert not (folder / 'gt/labels.txt').exists()


@pytest.mark.parametrize('name', ['num_cyclists', 'num_cars'])
def test_negative_numbers_are_refused(name):
    """The argument is named."""
    with pytest.raises(ConfigError, match=rf'{name}=-1'):
        SyntheticScene(0, **{name: -1})
