import math

import pytest

from fairmot_mm.utils.argument_names import argument_names


class Parent:
    def __init__(self, num_ids=None, *, margin=0.3):
        self.num_ids, self.margin = num_ids, margin


class Passing(Parent):
    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)


class Closed(Parent):
    def __init__(self, width):
        super().__init__()


class Silent(Passing):
    pass


def build(width, /, depth, *layers, **kwargs):
    return width, depth, layers, kwargs


@pytest.mark.parametrize(
    ('component', 'names'),
    [
        (Parent, {'num_ids', 'margin'}),
        (Passing, {'width', 'num_ids', 'margin'}),
        (Closed, {'width'}),
        (Silent, {'width', 'num_ids', 'margin'}),
        (build, {'depth'}),
        (object, set()),
        (math.hypot, set()),
    ],
)
def test_arguments(component, names):
    """Those of a parent too, where keywords are passed on to it."""
    assert argument_names(component) == names
