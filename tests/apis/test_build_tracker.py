import pytest

from fairmot_mm.apis import build_tracker
from fairmot_mm.utils import ConfigError


def test_default_and_options():
    """Without a config it is the published tracker; options change its settings."""
    assert type(build_tracker()).__name__ == 'JDETracker'
    options = {'model.tracker.track_buffer': 61}
    assert build_tracker(cfg_options=options).track_buffer == 61
    assert build_tracker().track_buffer == 30


def test_tracker_of_a_config():
    """The network of the config is not built."""
    tracker = build_tracker('fairmot_dla34', {'model.detector.type': 'NoSuchDetector'})
    assert type(tracker).__name__ == 'JDETracker'


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'model.tracker': None}, r'fairmot_dla34 has no model\.tracker'),
        ({'model.tracker.type': 'JDETraker'}, 'JDETraker is not in the .*registry'),
    ],
)
def test_wrong_config(options, message):
    """A config without a tracker, or with an unknown one, is named."""
    with pytest.raises(ConfigError, match=message):
        build_tracker('fairmot_dla34', options)
