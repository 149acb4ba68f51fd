import hashlib
from pathlib import Path

import pytest
import torch

from fairmot_mm.apis import init_model, read_state_dict
from fairmot_mm.checkpoint.published_names import UNREAD

ROOT = Path(__file__).parents[3]
NETWORK = 'configs/_base_/models/fairmot_dla34-conv.py'


@pytest.fixture(scope='module')
def trained_like(tmp_path_factory):
    """Config and checkpoint as a run of DLA-34 with plain convolutions leaves them."""
    torch.manual_seed(0)
    model = init_model(
        ROOT / NETWORK,
        device='cpu',
        cfg_options={'model.detector.reid_head.num_ids': 9},
    )
    path = tmp_path_factory.mktemp('run') / 'epoch_7.pth'
    torch.save({'meta': {'epoch': 7}, 'state_dict': model.state_dict()}, path)
    return path


def test_there_and_back(trained_like, run_tool, tmp_path, capsys):
    """Ours, published, ours again: the same weights; the published form as its code
    reads it, without what only our training knows."""
    published, ours = tmp_path / 'published.pth', tmp_path / 'ours.pth'
    run_tool('model_converters/mm_to_published', trained_like, published)
    assert '--arch dlaconv_34 --reid_dim 128 --load_model' in capsys.readouterr().out
    content = torch.load(published, weights_only=True)
    assert content.keys() == {'epoch', 'state_dict'}
    assert content['epoch'] == 7
    beginnings = {name.split('.')[0] for name in content['state_dict']}
    assert beginnings == {'base', 'dla_up', 'ida_up', 'hm', 'wh', 'reg', 'id'}
    assert not any(name.startswith(UNREAD) for name in content['state_dict'])

    run_tool('model_converters/published_to_mm', published, ours)
    assert 'those of a published dlaconv_34' in capsys.readouterr().out
    before, after = read_state_dict(trained_like), read_state_dict(ours)
    only_training = {name for name in before if 'classifier' in name or 'log_v' in name}
    assert len(only_training) == 4
    assert after.keys() == before.keys() - only_training
    assert all(torch.equal(after[name], before[name]) for name in after)


def test_narrow_network_is_refused(run_tool, tmp_path):
    """The published code would skip every tensor of another width, without an error."""
    config = ROOT / 'configs/_base_/models/fairmot_dla34-conv-small.py'
    torch.save(init_model(config, device='cpu').state_dict(), tmp_path / 'small.pth')
    with pytest.raises(SystemExit) as ended:
        run_tool(
            'model_converters/mm_to_published',
            tmp_path / 'small.pth',
            tmp_path / 'out.pth',
        )
    assert ended.value.code.startswith('error: the published code lacks this network')
    assert 'resfpndcn_50' in ended.value.code
    assert not (tmp_path / 'out.pth').exists()


@pytest.mark.parametrize(
    ('tool', 'content', 'message'),
    [
        ('mm_to_published', {'hm.2.bias': 1}, 'is in the published form already'),
        ('mm_to_published', {'detector.neck.x': 1}, 'lacks this network'),
        ('published_to_mm', {'detector.neck.x': 1}, 'has no names of a published'),
        (
            'published_to_mm',
            {'layer1.0.conv1.weight': 1},
            'load_from takes without conversion',
        ),
    ],
)
def test_the_wrong_file_is_refused(run_tool, tmp_path, tool, content, message):
    """Each direction says what it got."""
    content = {name: torch.ones(size) for name, size in content.items()}
    torch.save(content, tmp_path / 'in.pth')
    with pytest.raises(SystemExit, match=message):
        run_tool(f'model_converters/{tool}', tmp_path / 'in.pth', tmp_path / 'out.pth')
    assert [path.name for path in tmp_path.iterdir()] == ['in.pth']


def test_file_to_hand_on(trained_like, run_tool, tmp_path, capsys):
    """Half the size or less, nothing of the training in it, and it loads as it is."""
    small = tmp_path / 'small.pth'
    run_tool('model_converters/publish_model', trained_like, small)
    digest = hashlib.sha256(small.read_bytes()).hexdigest()
    assert digest in capsys.readouterr().out
    before, after = read_state_dict(trained_like), read_state_dict(small)
    assert not any('classifier' in name or 'log_v' in name for name in after)
    assert all(torch.equal(after[name], before[name].half()) for name in after)
    model = init_model(ROOT / NETWORK, small, device='cpu')
    assert all(weight.dtype == torch.float32 for weight in model.parameters())
    run_tool('model_converters/publish_model', trained_like, tmp_path / 'again.pth')
    assert (tmp_path / 'again.pth').read_bytes() == small.read_bytes()


def test_averaged_weights_and_those_of_the_last_step(run_tool, tmp_path):
    """A run with EMAHook has both; a run without has no choice."""
    content = {'state_dict': {'a': torch.ones(2)}}
    torch.save(content, tmp_path / 'plain.pth')
    raw = {'module.a': torch.zeros(2), 'steps': torch.tensor(3)}
    torch.save({**content, 'ema_state_dict': raw}, tmp_path / 'both.pth')
    for name, options, value in (('mean', [], 1), ('last', ['--raw'], 0)):
        out = tmp_path / f'{name}.pth'
        run_tool('model_converters/publish_model', tmp_path / 'both.pth', out, *options)
        assert read_state_dict(out)['a'].tolist() == [value, value]
    with pytest.raises(SystemExit, match='without EMAHook'):
        run_tool(
            'model_converters/publish_model',
            tmp_path / 'plain.pth',
            tmp_path / 'none.pth',
            '--raw',
        )


def test_scores_moved_for_thresholds_of_others(trained_like, run_tool, tmp_path):
    """The shift is added to the layer that gives the logits, and to nothing else."""
    publish = 'model_converters/publish_model'
    run_tool(publish, trained_like, tmp_path / 'a.pth')
    run_tool(publish, trained_like, tmp_path / 'b.pth', '--score-shift', 0.5)
    before, after = (read_state_dict(tmp_path / f'{name}.pth') for name in 'ab')
    changed = [name for name in before if not torch.equal(before[name], after[name])]
    assert changed == ['detector.bbox_head.heatmap.2.bias']
    moved = after[changed[0]] - before[changed[0]]
    torch.testing.assert_close(moved, torch.full_like(moved, 0.5), atol=2e-3, rtol=0)
    torch.save({'state_dict': {'a': torch.zeros(1)}}, tmp_path / 'other.pth')
    with pytest.raises(SystemExit, match='has no heatmap whose scores could be moved'):
        run_tool(
            publish, tmp_path / 'other.pth', tmp_path / 'c.pth', '--score-shift', 1
        )


def test_numbers_beyond_half_precision(run_tool, tmp_path):
    """They would become infinite without a word."""
    torch.save({'state_dict': {'a': torch.tensor([1e5])}}, tmp_path / 'big.pth')
    with pytest.raises(SystemExit, match='half precision cannot hold: a'):
        run_tool('model_converters/publish_model', tmp_path / 'big.pth', tmp_path / 'o')
