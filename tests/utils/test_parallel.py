import os

import pytest

from fairmot_mm.utils import map_parallel


def square(number):
    if number < 0:
        raise ValueError(f'{number} is below 0')
    return number * number, os.getpid()


@pytest.mark.parametrize('workers', [None, 1, 2])
def test_results_keep_the_order_of_jobs(workers):
    """Whatever the number of processes."""
    results = map_parallel(square, range(20), workers=workers)
    assert [value for value, _ in results] == [k * k for k in range(20)]


def test_processes():
    """One worker is this process, two are others."""
    assert {pid for _, pid in map_parallel(square, [1, 2], workers=1)} == {os.getpid()}
    assert os.getpid() not in {
        pid for _, pid in map_parallel(square, [1, 2], workers=2)
    }


@pytest.mark.parametrize('workers', [1, 2])
def test_an_error_of_a_job_is_raised(workers):
    """It arrives as it was raised."""
    with pytest.raises(ValueError, match='-3 is below 0'):
        map_parallel(square, [1, -3, 2], workers=workers)


def test_nothing_to_do():
    """No job, no result."""
    assert map_parallel(square, []) == []
