import numpy as np
import pytest
import torch

from fairmot_mm.utils import boxes

# One box in all three forms, and one without width that leaves the image.
FORMS = {
    'xyxy': [[10.0, 20, 40, 100], [-5, 0, -5, 3]],
    'tlwh': [[10.0, 20, 30, 80], [-5, 0, 0, 3]],
    'cxcywh': [[25.0, 60, 30, 80], [-5, 1.5, 0, 3]],
}
CONVERSIONS = [
    name for name, value in vars(boxes).items() if '_to_' in name and callable(value)
]


@pytest.mark.parametrize('make', [np.array, torch.tensor], ids=['numpy', 'torch'])
@pytest.mark.parametrize('name', CONVERSIONS)
def test_conversion(name, make):
    """Boxes of any number of dimensions become the same boxes in the other form."""
    source, target = name.split('_to_')
    given = make(FORMS[source])
    before = given.tolist()
    result = getattr(boxes, name)(given)
    assert type(result) is type(given)
    assert result.dtype == given.dtype
    assert result.tolist() == FORMS[target]
    assert given.tolist() == before
    convert = getattr(boxes, name)
    assert convert(given[0]).tolist() == FORMS[target][0]
    assert convert(given[None, :, None]).shape == (1, 2, 1, 4)
    assert convert(given[:0]).shape == (0, 4)


def test_every_pair_that_is_needed_is_tried():
    """The list above is not empty because a name changed."""
    assert {'xyxy_to_tlwh', 'tlwh_to_xyxy', 'cxcywh_to_xyxy'} <= set(CONVERSIONS)


@pytest.mark.parametrize('make', [np.array, torch.tensor], ids=['numpy', 'torch'])
def test_sizes(make):
    """Width and height, negative where the edges are in the wrong order."""
    assert boxes.box_sizes(make(FORMS['xyxy'])).tolist() == [[30, 80], [0, 3]]
    assert boxes.box_sizes(make([5, 5, 2, 7])).tolist() == [-3, 2]


def test_single_precision_stays():
    """Sums are made in the precision of the boxes: trackers depend on it."""
    tlwh = np.array([[0.1, 1e4, 0.2, 3.3]], np.float32)
    result = boxes.tlwh_to_xyxy(tlwh)
    assert result.dtype == np.float32
    assert result[0, 3] == np.float32(1e4) + np.float32(3.3)
