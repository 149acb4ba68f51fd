"""Values of options are read exactly or refused."""

from argparse import ArgumentTypeError

import pytest
import torch

from fairmot_mm.utils.option_types import (
    device,
    duration,
    finite_number,
    positive_whole,
)


def test_good_values():
    """Numbers as people write them."""
    assert finite_number('-1e3') == -1000
    assert positive_whole('60') == 60


@pytest.mark.parametrize('text', ['cpu', 'cuda', 'cuda:1', 'mps'])
def test_devices(text):
    """A kind of device that PyTorch knows, and perhaps a number."""
    assert device(text) == text == str(torch.device(text))


@pytest.mark.parametrize('text', ['gpu', 'cuda:', 'cuda:x', 'cuda0', '0', 'CPU', ''])
def test_no_devices(text):
    """The text is named, and PyTorch does not know it either."""
    with pytest.raises(ArgumentTypeError, match=f"'{text}' is no device; give one"):
        device(text)
    with pytest.raises(RuntimeError):
        torch.device(text)


@pytest.mark.parametrize('text', ['nan', 'inf', '-inf', '', 'ten', '1e999', '1,5'])
def test_no_finite_number(text):
    """Not-a-number and infinity are refused by their text."""
    for read in (finite_number, positive_whole):
        with pytest.raises(ArgumentTypeError):
            read(text)


@pytest.mark.parametrize('text', ['0', '-1', '-0.5'])
def test_not_above_zero(text):
    """The value is named."""
    with pytest.raises(ArgumentTypeError, match=text):
        positive_whole(text)


def test_no_whole_number():
    """Nothing is rounded."""
    with pytest.raises(ArgumentTypeError, match=r"'2\.5' must be a whole number"):
        positive_whole('2.5')


@pytest.mark.parametrize(
    ('text', 'seconds'),
    [('90', 90), ('90s', 90), ('10min', 600), ('1.5h', 5400), ('2d', 172_800)],
)
def test_times(text, seconds):
    """A number is one of seconds; a unit may follow."""
    assert duration(text) == seconds


@pytest.mark.parametrize(
    'text', ['', '0', '-5', '10m', 'min', 'inf', 'nan', '1e999', '5m in', '10minutes']
)
def test_times_that_cannot_be(text):
    """The message says how to write one."""
    with pytest.raises(ArgumentTypeError, match='10min'):
        duration(text)
