import gc
import subprocess
import sys

import pytest

from fairmot_mm.utils.paused_collection import paused_collection


@pytest.fixture(autouse=True)
def collection():
    yield
    gc.enable()


@pytest.mark.parametrize('was_on', [True, False])
def test_goes_back(was_on):
    """It is off inside, and afterwards as before, also after an error."""
    if not was_on:
        gc.disable()
    inside = []

    @paused_collection()
    def fail():
        inside.append(gc.isenabled())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert inside == [False]
    assert gc.isenabled() == was_on


def test_the_package_leaves_it_on():
    """Whoever imports the package has a collector as before."""
    code = 'import gc, fairmot_mm.environment; print(gc.isenabled())'
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ('True\n', 0)
