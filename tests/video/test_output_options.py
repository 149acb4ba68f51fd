import pytest

from fairmot_mm.utils import ConfigError
from fairmot_mm.video.output_options import OutputOptions


def test_endings():
    """Each file has an ending of its own."""
    options = OutputOptions(forms=('csv', 'mot', 'csv'), lines=[((0, 0), (5, 5))])
    assert options.endings(True) == [
        '.csv',
        '.txt',
        '.events.csv',
        '.counts.csv',
        '.mp4',
    ]


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (dict(forms=('xml',)), "forms must be 'mot' or 'csv'"),
        (dict(blur='cars'), "blur must be 'people' or 'faces'"),
        (dict(crops_per_track=0), 'crops_per_track = 0 must be at least 1'),
        (dict(lines=[((0, 0),)]), 'a line has two points'),
        (dict(zones=[((0, 0), (1, 1))]), 'three points or more'),
    ],
)
def test_refused(arguments, message):
    """A value that cannot be used is refused at once."""
    with pytest.raises(ConfigError, match=message):
        OutputOptions(**arguments)
