"""tools/analysis_tools/compare_options.py."""

import pytest


@pytest.fixture
def compare(load_main, make_config, street, capsys):
    """Run the tool on a sequence; gives the cells of the rows of its table."""

    def run(*options):
        arguments = [str(make_config()), '--input', str(street / 'mot' / 'b')]
        load_main('compare_options')([*arguments, '--frames', '3', *options])
        lines = capsys.readouterr().out.splitlines()
        rows = [line.split('|')[2:-1] for line in lines if line.startswith('| `')]
        return [[cell.strip() for cell in row] for row in rows]

    return run


def test_plain_layout_and_fusion(compare):
    """Both find what the network finds as it is, and the same tracks."""
    sets = ['channels_last=True', 'fuse_conv_bn=True,channels_last=False']
    plain, *others = compare('--options', *sets)
    assert plain[0] == 'none'
    assert int(plain[6]) > 3
    for row, options in zip(others, sets, strict=True):
        name, compared, lost, pixels, _, cosine, tracks, _ = row
        assert name == f'`{options}`'
        assert int(compared) > 20
        assert int(lost) == 0
        assert 0 < float(pixels) < 1e-2
        assert float(cosine) < 1e-4
        assert tracks == 'equal'


def test_a_difference_is_seen(compare):
    """Random networks magnify what bfloat16 rounds; the table shows it."""
    row = compare('--options', 'precision=bfloat16')[1]
    assert float(row[3]) > 1e-3


def test_what_does_not_fit_is_told(compare):
    """A set that the device refuses has a row of its own."""
    assert compare('--options', 'cuda_graphs=True')[1][6] == 'refused'
