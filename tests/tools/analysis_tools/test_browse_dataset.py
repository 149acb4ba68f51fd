import cv2
import numpy as np
import pytest

TOOL = 'analysis_tools/browse_dataset'


def test_pictures(run_tool, make_config, tmp_path):
    """Evenly spaced samples; on the right the peaks of the heatmap over the image."""
    run_tool(TOOL, make_config(), tmp_path / 'out', '--num-samples', 3)
    pictures = sorted((tmp_path / 'out').iterdir())
    assert [path.name[:6] for path in pictures] == ['000000', '000004', '000007']
    for path in pictures:
        picture = cv2.imread(str(path))
        assert picture.shape == (64, 2 * 96, 3)
        # Red, the colour of the first class, on an image that is half as bright.
        right = picture[:, 96:].astype(int)
        red = right[..., 2] - right[..., :2].max(axis=2)
        assert (red > 120).any()
        assert (red > 60).mean() < 0.5
        assert np.median(right) < 0.75 * np.median(picture[:, :96])


def test_as_in_training(run_tool, make_config, tmp_path):
    """The same epoch gives the same picture, another epoch another one."""
    config, index = make_config(), ['--indices', 2]
    for name, epoch in (('a', 0), ('b', 0), ('c', 1)):
        run_tool(TOOL, config, tmp_path / name, *index, '--epoch', epoch)
    a, b, c = ((tmp_path / name / '000002_000003.jpg').read_bytes() for name in 'abc')
    assert a == b != c


def test_index_beyond_the_data(run_tool, make_config, tmp_path):
    """It is named with the size of the data set."""
    with pytest.raises(SystemExit, match=r'\[8\]: the data set has 8 samples'):
        run_tool(TOOL, make_config(), tmp_path, '--indices', 8)
