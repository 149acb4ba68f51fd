import os
from functools import partial

import pytest

from fairmot_mm.benchmark.process import in_own_process
from fairmot_mm.benchmark.training_benchmark import read_options
from fairmot_mm.utils import ConfigError

pytestmark = pytest.mark.usefixtures('start_process')


def test_methods_are_called_in_the_other_process():
    """The object stays there from one call to the next."""
    with in_own_process(partial(list, [3])) as call:
        call('append', 4)
        assert call('copy') == [3, 4]


def test_mistakes_arrive_as_they_are():
    """An error of the user is the same one here, not a broken process."""
    with (
        pytest.raises(ConfigError, match="no option 'fast'"),
        in_own_process(partial(read_options, 'fast', 'cpu')),
    ):
        pass


def test_a_lost_process_is_explained():
    """A process that ends by itself most likely had no memory left."""
    with (
        pytest.raises(ConfigError, match='memory ran out'),
        in_own_process(partial(os._exit, 1)),
    ):
        pass
