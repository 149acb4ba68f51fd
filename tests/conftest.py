import pytest
from mmengine.registry import DefaultScope


@pytest.fixture(autouse=True)
def own_scope():
    """Names are looked up in our registries, whatever scope a Runner left behind."""
    with DefaultScope.overwrite_default_scope('fairmot_mm'):
        yield
