import numpy as np
import pytest

from fairmot_mm.datasets.converters import ClassMap
from fairmot_mm.utils import DataError


def test_names_and_aliases():
    """Ids follow the order of entries; case and blanks do not matter."""
    classes = ClassMap(['Person, rider', 'car'])
    names = np.array(['car', 'RIDER', 'dog', ' person'], object)
    assert classes.ids_of(names).tolist() == [1, 0, -1, 0]
    assert classes.names == ['person', 'car']
    assert len(classes) == 2


def test_pedestrians_alone_by_default():
    """Both words that data sets use for them."""
    names = np.array(['pedestrian', 'person', 'car'], object)
    assert ClassMap().ids_of(names).tolist() == [0, 0, -1]


@pytest.mark.parametrize('classes', [['a', 'a'], ['a,A'], ['a,'], ['']])
def test_names_are_told_apart(classes):
    """A name stands for one class."""
    with pytest.raises(DataError, match=r'occurs twice|is not a name'):
        ClassMap(classes)
