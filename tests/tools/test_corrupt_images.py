"""Training on images of which some cannot be decoded."""

import re

import pytest
import torch

RUN = """
train_cfg = dict(max_epochs=2, val_begin=99)
val_dataloader = val_cfg = val_evaluator = None
train_dataloader['dataset']['on_corrupt'] = 'skip'
default_hooks = dict(
    checkpoint=dict(save_best=None), corrupt_images=dict(max_images={})
)
"""


@pytest.fixture
def corrupt(damaged):
    """Two of the eight training images are cut off."""
    for name in ('000003.jpg', '000006.jpg'):
        image = next((damaged / 'jde').rglob(f'images/**/{name}'))
        image.write_bytes(image.read_bytes()[:20])
    return damaged


def warnings(work_dir):
    """Image and iteration of every line about a replacement, run after run."""
    text = ''.join(path.read_text() for path in sorted(work_dir.glob('*/*.log')))
    found = re.findall(r'iteration (\d): \S+/(\w+\.jpg) cannot be decoded', text)
    assert len(found) == text.count('takes its place')
    return [(image, int(number)) for number, image in found]


def test_skipped_alike(corrupt, make_config, run_tool, tmp_path):
    """Each is named once in two epochs; weights do not depend on the workers.

    Nor on an interruption, after which none is named again.
    """
    weights = {}
    for num_workers in (0, 2):
        config = make_config(RUN.format(2), data=corrupt, num_workers=num_workers)
        run_tool('train', config, '--work-dir', tmp_path / str(num_workers))
        checkpoint = torch.load(tmp_path / str(num_workers) / 'epoch_2.pth')
        weights[num_workers] = checkpoint['state_dict']
        named = warnings(tmp_path / str(num_workers))
        assert sorted(image for image, _ in named) == ['000003.jpg', '000006.jpg']
        assert all(number <= 4 for _, number in named)
    (tmp_path / '0' / 'epoch_2.pth').unlink()
    config = make_config(RUN.format(2), data=corrupt)
    run_tool('train', config, '--work-dir', tmp_path / '0', '--resume')
    assert len(warnings(tmp_path / '0')) == 2
    again = torch.load(tmp_path / '0' / 'epoch_2.pth')['state_dict']
    assert all(torch.equal(again[name], weights[0][name]) for name in again)
    assert all(torch.equal(weights[0][name], weights[2][name]) for name in weights[0])


def test_limit(corrupt, make_config, start_ranks, tmp_path):
    """One more than the limit ends the run of two processes, whoever met them."""
    config = make_config(RUN.format(1), data=corrupt)
    processes, logs = start_ranks(2, 'train', config, '--work-dir', tmp_path)
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [1, 1]
    for log in logs:
        assert '2 images cannot be read, and default_hooks.corrupt_images.max' in (
            log.read_text()
        )
    assert len(warnings(tmp_path)) == 2
