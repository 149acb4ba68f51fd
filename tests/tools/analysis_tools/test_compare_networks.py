import re
from pathlib import Path

import pytest
import torch
from torch import nn

from fairmot_mm.actions.compare_networks import count_multiply_adds
from fairmot_mm.models.layers import DCNv2

ROOT = Path(__file__).parents[3]
NETWORKS = ROOT / 'configs' / '_base_' / 'models'


def test_multiply_adds_of_a_deformable_convolution():
    """Offsets, four reads for each of nine taps, and the product with the kernel."""
    layer = DCNv2(6, 5, 3, padding=1)
    with torch.no_grad():
        counted = count_multiply_adds(nn.Sequential(layer), torch.rand(1, 6, 8, 7))
    offsets, sampling, product = 9 * 6 * 27, 9 * 4 * 6, 9 * 6 * 5
    assert counted == 8 * 7 * (offsets + sampling + product)


def test_table(load_main, tmp_path, capsys):
    """Rows of the networks that were named; parameters are the published number."""
    page = tmp_path / 'page.md'
    page.write_text('before\n<!-- networks -->\nold\n<!-- end of networks -->\nafter\n')
    configs = [
        NETWORKS / f'fairmot_{name}.py' for name in ('dla34-conv-small', 'yolov5s')
    ]
    options = ['--input-size', '96', '64', '--runs', '1', '--write', f'{page}#networks']
    load_main('compare_networks')([*configs, *options])
    printed = capsys.readouterr().out
    small, yolo = re.findall(r'^\| `.*\|$', printed, re.MULTILINE)
    assert small.split()[1] == '`dla34-conv-small`'
    assert [cell.strip() for cell in yolo.split('|')[1:3]] == ['`yolov5s`', '5.01']
    # A multiply-add for each of its weights at a few places at least.
    assert float(yolo.split('|')[3]) * 1e3 > 5.01 * 6
    text = page.read_text()
    assert printed.strip() in text
    assert 'old' not in text
    assert text.startswith('before\n')
    assert text.endswith('\nafter\n')


def test_page_without_a_place(load_main, tmp_path):
    """A file without the two lines is not touched, and they are named."""
    page = tmp_path / 'page.md'
    page.write_text('nothing here\n')
    config = str(NETWORKS / 'fairmot_dla34-conv-small.py')
    with pytest.raises(SystemExit, match='has no lines <!-- networks -->'):
        load_main('compare_networks')([config, '--write', f'{page}#networks'])
    assert page.read_text() == 'nothing here\n'
