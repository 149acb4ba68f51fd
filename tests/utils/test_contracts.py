from typing import Protocol

import numpy as np
import pytest

from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.contracts import (
    require_choice,
    require_contract,
    require_range,
    require_whole,
)


class Door(Protocol):
    """Something to go through."""

    @property
    def width(self) -> float:
        """Metres."""

    def open(self) -> None:
        """Open it."""


class Gate:
    width = 2.0

    def open(self):
        """Open it."""


class Wall:
    width = 5.0


def test_what_keeps_the_contract_passes():
    """All names are there."""
    require_contract(Gate(), Door, 'house.entrance')


def test_what_is_missing_is_named():
    """The message has the key, the class, the name and where the contract is."""
    with pytest.raises(ConfigError, match=r'house\.entrance: Wall lacks open; .*Door'):
        require_contract(Wall(), Door, 'house.entrance')


def test_numbers_in_their_range_pass():
    """The largest and the smallest number belong to the range."""
    require_range(low=0, high=1, first=0, last=1)
    require_range(above=0, small=1e-9)


@pytest.mark.parametrize('value', [0, -1, 3, float('nan')])
def test_a_number_out_of_its_range_is_named(value):
    """The message has the key, the value and the range."""
    message = f'width={value} must be above 0 and at most 2$'
    with pytest.raises(ConfigError, match=message):
        require_range(above=0, high=2, height=1, width=value)


def test_choice():
    """Another value is refused with the key and the allowed values."""
    require_choice('action', 'stop', ('stop', 'skip'))
    with pytest.raises(ConfigError, match=r"^action must be 'stop' or 'skip', not 3$"):
        require_choice('action', 3, ('stop', 'skip'))


@pytest.mark.parametrize('value', ['1', None, True, [1]])
def test_what_is_no_number_is_named(value):
    """Text and truth values are not turned into numbers."""
    with pytest.raises(ConfigError, match='must be a number, above 0'):
        require_range(above=0, width=value)
    with pytest.raises(ConfigError, match='must be a whole number from 1 on'):
        require_whole(low=1, width=value)


def test_whole_numbers():
    """Nothing is rounded; those of NumPy count, too."""
    require_whole(low=1, first=1, second=np.int64(7))
    with pytest.raises(ConfigError, match=r'size = 2\.5 must be a whole number'):
        require_whole(low=1, size=2.5)
    with pytest.raises(ConfigError, match='size = 0 must be at least 1'):
        require_whole(low=1, size=0)
