from types import SimpleNamespace

import pytest
from mmengine.logging import MessageHub, MMLogger

from fairmot_mm.engine import CorruptImageHook, FlagExchangeHook
from fairmot_mm.utils.errors import ConfigError, DataError


@pytest.fixture
def meet(request):
    """Give a hook the messages of batches, each before an exchange or not."""
    hub = MessageHub.get_instance(request.node.name)

    def run(hook, *batches, exchange=True):
        exchanging = FlagExchangeHook()
        runner = SimpleNamespace(
            message_hub=hub,
            hooks=[hook, exchanging],
            iter=0,
            max_iters=9,
            logger=MMLogger.get_current_instance(),
        )
        hook.before_train(runner)
        exchanging.before_train(runner)
        for runner.iter, messages in enumerate(batches):
            sample = SimpleNamespace(metainfo=dict(unreadable=messages))
            hook.before_train_iter(runner, 0, dict(data_samples=[sample]))
        if exchange:
            exchanging.exchange(runner, len(batches))
        return hub.runtime_info.get('corrupt_images')

    return run


def test_each_image_is_named_once(meet, log_lines):
    """With the iteration in which it was met first; the checkpoint has all."""
    hook = CorruptImageHook()
    assert meet(hook, ['a.jpg is cut off'], [], ['b.jpg', 'a.jpg is cut off']) == [
        'a.jpg is cut off',
        'b.jpg',
    ]
    assert [line for line in log_lines if 'place' in line] == [
        'iteration 1: a.jpg is cut off; another image takes its place',
        'iteration 3: b.jpg; another image takes its place',
    ]
    meet(CorruptImageHook(), ['b.jpg'])  # resumed
    assert len([line for line in log_lines if 'place' in line]) == 2


def test_nothing_is_said_before_the_exchange(meet, log_lines):
    """The processes act together."""
    assert meet(CorruptImageHook(), ['a.jpg'], exchange=False) is None
    assert not any('place' in line for line in log_lines)


def test_limit(meet):
    """One more image than the limit in the whole training is an error."""
    assert len(meet(CorruptImageHook(max_images=2), ['a.jpg', 'b.jpg'])) == 2
    with pytest.raises(DataError, match=r'3 images cannot be read.*max_images=2'):
        meet(CorruptImageHook(max_images=2), ['c.jpg'])


def test_needs_the_exchange():
    """A Runner without it is told what to set."""
    with pytest.raises(
        ConfigError, match=r"flag_exchange=dict\(type='FlagExchangeHook'\)"
    ):
        CorruptImageHook().before_train(SimpleNamespace(hooks=[]))
