import cv2
import numpy as np
import pytest

from fairmot_mm.datasets.converters import CutoutRules, cut_out_people
from fairmot_mm.utils import DataError

SIZE = np.array([200, 160])


def write_set(root, people):
    """A list of one image: red figures (ellipses) on a green lawn, in their boxes."""
    rng = np.random.default_rng(0)
    image = np.full((160, 200, 3), (40, 160, 40), np.uint8)
    lines = []
    for identity, (x, y, w, h) in enumerate(people):
        center, axes = (x + w // 2, y + h // 2), (w // 2, h // 2)
        cv2.ellipse(image, center, axes, 0, 0, 360, (40, 40, 200), -1)
        cx, cy, bw, bh = np.array([x + w / 2, y + h / 2, w, h]) / np.tile(SIZE, 2)
        lines.append(f'0 {identity} {cx} {cy} {bw} {bh}\n')
    image = cv2.add(image, rng.integers(0, 20, image.shape).astype(np.uint8))
    (root / 'S/images').mkdir(parents=True)
    (root / 'S/labels_with_ids').mkdir()
    cv2.imwrite(str(root / 'S/images/a.png'), image)
    (root / 'S/labels_with_ids/a.txt').write_text(''.join(lines))
    (root / 's.train').write_text('S/images/a.png\n')


def test_person_is_cut_along_the_outline(tmp_path):
    """The file is the box; the figure is opaque, the lawn around it is not."""
    write_set(tmp_path, [(20, 30, 40, 100)])
    assert cut_out_people(tmp_path, ['s.train'], tmp_path / 'out') == (1, 1)
    cutout = cv2.imread(
        str(tmp_path / 'out/s.train-000000-000.png'), cv2.IMREAD_UNCHANGED
    )
    assert cutout.shape == (100, 40, 4)
    figure = np.zeros((100, 40), np.uint8)
    cv2.ellipse(figure, (20, 50), (20, 50), 0, 0, 360, 1, -1)
    assert np.mean((cutout[..., 3] > 127) == (figure > 0)) > 0.97


def test_only_whole_and_large_people(tmp_path):
    """Overlapping, small and cut off people are left out; tall ones come smaller."""
    people = [
        (10, 20, 40, 100),
        (40, 20, 40, 100),
        (100, 10, 10, 30),
        (120, 20, 50, 130),
    ]
    write_set(tmp_path, [*people, (175, 50, 40, 100)])
    rules = CutoutRules(max_height=65)
    assert cut_out_people(tmp_path, ['s.train'], tmp_path / 'out', rules) == (1, 1)
    (path,) = (tmp_path / 'out').iterdir()
    assert path.name == 's.train-000000-003.png'
    assert cv2.imread(str(path)).shape == (65, 25, 3)


def test_nobody_is_an_error(tmp_path):
    """A set without people of that size says so."""
    write_set(tmp_path, [(100, 10, 10, 30)])
    with pytest.raises(DataError, match='no person could be cut out'):
        cut_out_people(tmp_path, ['s.train'], tmp_path / 'out')


def test_nobody_is_cut_out_of_ignore_regions(tmp_path):
    """A region may show anything."""
    image = tmp_path / 'S/images/a.png'
    label = tmp_path / 'S/labels_with_ids/a.txt'
    image.parent.mkdir(parents=True)
    label.parent.mkdir()
    cv2.imwrite(str(image), np.full((100, 100, 3), 90, np.uint8))
    label.write_text('-1 -1 0.5 0.5 0.3 0.8\n')
    (tmp_path / 's.train').write_text('S/images/a.png\n')
    with pytest.raises(DataError, match='0 boxes are at least'):
        cut_out_people(tmp_path, ['s.train'], tmp_path / 'out')
