import pytest

from fairmot_mm.utils import DataError
from fairmot_mm.utils.exact_numbers import (
    LARGEST_WHOLE,
    rate_number,
    real_number,
    whole_number,
)


@pytest.mark.parametrize(
    ('value', 'number'),
    [('7', 7), (' -1 ', -1), ('1.0', 1), ('1e3', 1000), (3, 3), (2.0, 2), ('+5', 5)],
)
def test_whole(value, number):
    """A whole number may be written as a decimal number."""
    assert whole_number(value, 'id') == number


def test_whole_numbers_are_exact():
    """2^53 is the end: from there two numbers can have one float64."""
    assert whole_number(str(LARGEST_WHOLE), 'id') == LARGEST_WHOLE == 2**53 - 1
    for value in (2**53, str(2**53 + 1), '1' * 40, '1' * 100, 2**70, 1e300):
        with pytest.raises(DataError, match='must be at most 9007199254740991'):
            whole_number(value, 'id')


@pytest.mark.parametrize(
    ('value', 'message'),
    [
        ('1.1', 'line 3: id = 1.1 is not a whole number'),
        ('nan', 'id = nan is not finite'),
        ('1e400', 'id = 1e400 is not finite'),
        (10**400, 'must be at most'),
        ('x', "id = 'x' is not a number"),
        ('1_000', "id = '1_000' is not a number"),
        ('\u0661', 'is not a number'),
        ('', "id = '' is not a number"),
        (True, 'id = True is not a number'),
        (None, 'id = None is not a number'),
        ([1], 'is not a number'),
    ],
)
def test_no_whole_number(value, message):
    """The message has the name and the value."""
    with pytest.raises(DataError, match=message):
        whole_number(value, 'line 3: id')


def test_limits():
    """Both ends are allowed."""
    assert [whole_number(v, 'n', 1, 3) for v in (1, 3)] == [1, 3]
    with pytest.raises(DataError, match='n = 0 must be above 0'):
        whole_number(0, 'n', 1, 3)
    with pytest.raises(DataError, match='n = -2 must be at least -1'):
        whole_number(-2, 'n', -1)
    with pytest.raises(DataError, match='n = 4 must be at most 3'):
        whole_number(4, 'n', 1, 3)


def test_real():
    """Numbers and text; nothing that is not finite."""
    assert [real_number(v, 'x') for v in ('.5', 2, '1e-3')] == [0.5, 2, 0.001]
    with pytest.raises(DataError, match='x = inf is not finite'):
        real_number(float('inf'), 'x')


@pytest.mark.parametrize(
    ('value', 'rate'),
    [('25', 25), ('30000/1001', 30000 / 1001), ('25:1', 25), (29.97, 29.97), (10, 10)],
)
def test_rate(value, rate):
    """A ratio is what ffprobe prints."""
    assert rate_number(value, 'fps') == rate


@pytest.mark.parametrize(
    'value', ['nan', 'inf', '0', '-5', '1/0', '0/1', 'x', None, 1e9]
)
def test_no_rate(value):
    """It is above 0 and not above 100,000."""
    with pytest.raises(DataError, match='fps'):
        rate_number(value, 'fps')
