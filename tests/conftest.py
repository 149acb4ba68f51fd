import logging

import pytest
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope


@pytest.fixture(autouse=True)
def own_scope():
    """Names are looked up in our registries, whatever scope a Runner left behind."""
    with DefaultScope.overwrite_default_scope('fairmot_mm'):
        yield


@pytest.fixture(autouse=True, scope='session')
def own_cache(tmp_path_factory):
    """What is kept between runs stays out of the user's cache, also in subprocesses."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('XDG_CACHE_HOME', str(tmp_path_factory.mktemp('cache')))
        yield


@pytest.fixture
def log_lines():
    """What is logged through mmengine."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger = MMLogger.get_current_instance()
    logger.addHandler(handler)
    yield lines
    logger.removeHandler(handler)
