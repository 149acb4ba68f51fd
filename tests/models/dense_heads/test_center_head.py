import pytest
import torch

from fairmot_mm.models import CenterHead


@pytest.fixture
def feats():
    torch.manual_seed(0)
    return [torch.rand(2, 8, 16, 24, requires_grad=True)]


def test_start_values_are_the_published_ones():
    """Every cell starts at probability 0.1; biases of size and offset start at 0."""
    head = CenterHead(in_channels=8, feat_channels=16)
    assert head.heatmap[2].bias.eq(-2.19).all()
    assert head.heatmap[0].bias.abs().min() > 0
    for branch in (head.size, head.offset):
        assert branch[0].bias.eq(0).all()
        assert branch[2].bias.eq(0).all()
        assert branch[2].weight.abs().min() > 0


@pytest.mark.parametrize(
    ('kwargs', 'channels'),
    [
        ({}, {'heatmap': 1, 'size': 4, 'offset': 2}),
        ({'size_type': 'wh'}, {'heatmap': 1, 'size': 2, 'offset': 2}),
        ({'with_offset': False}, {'heatmap': 1, 'size': 4}),
        (
            {'num_classes': 3, 'feat_channels': 0},
            {'heatmap': 3, 'size': 4, 'offset': 2},
        ),
    ],
)
def test_maps_and_losses_follow_the_options(kwargs, channels, feats, make_instances):
    """Every output has a map, a loss and a gradient."""
    head = CenterHead(in_channels=8, **kwargs)
    shapes = {name: tuple(feat.shape) for name, feat in head(feats).items()}
    assert shapes == {name: (2, count, 16, 24) for name, count in channels.items()}
    people = [make_instances([[8, 4, 30, 60]]), make_instances([[50, 20, 62, 50]])]
    losses = head.loss(feats, head.get_targets(people, (16, 24)))
    assert list(losses) == [f'loss_{name}' for name in channels]
    sum(losses.values()).backward()
    assert all(p.grad.abs().sum() > 0 for p in head.parameters())


@pytest.mark.parametrize('heatmap_sigma', [None, 6])
def test_a_batch_without_people(heatmap_sigma, feats, make_instances):
    """Without objects the heatmap still learns, and no gradient is missing or NaN."""
    kwargs = {}
    if heatmap_sigma:
        kwargs = dict(heatmap_sigma=6, loss_heatmap=dict(type='MSELoss'))
    head = CenterHead(in_channels=8, feat_channels=16, **kwargs)
    empty = [make_instances([]), make_instances([])]
    losses = head.loss(feats, head.get_targets(empty, (16, 24)))
    assert losses['loss_size'] == losses['loss_offset'] == 0
    assert losses['loss_heatmap'] > 0
    sum(losses.values()).backward()
    assert feats[0].grad.isfinite().all()
    assert all(p.grad.isfinite().all() for p in head.parameters())


def test_max_objs_limits_what_is_trained_on(make_instances):
    """`max_objs` limits the objects of an image, as the published option K."""
    head = CenterHead(in_channels=8, feat_channels=16, max_objs=1)
    people = make_instances([[8, 4, 30, 60], [50, 20, 62, 50]])
    assert head.get_targets([people], (16, 24)).ids.tolist() == [0]


def test_predictions_lie_in_the_original_frames(feats):
    """Every image uses its own size: the centre of the input is that of the frame."""
    head = CenterHead(in_channels=8, feat_channels=16, test_cfg=dict(max_per_img=1))
    heatmap = torch.full((2, 1, 16, 24), -5.0)
    heatmap[:, :, 8, 12] = 5
    metas = [{'ori_shape': (64, 96)}, {'ori_shape': (640, 480)}]
    found = head.predict_by_feat(
        heatmap, torch.ones(2, 4, 16, 24), metas, torch.zeros(2, 2, 16, 24)
    )
    assert found.bboxes.tolist() == [[[44, 28, 52, 36]], [[200, 280, 280, 360]]]


@pytest.mark.parametrize(
    ('kwargs', 'error', 'message'),
    [
        (
            {'size_type': 'xywh'},
            ValueError,
            "size_type must be 'ltrb' or 'wh', not 'xywh'",
        ),
        ({'test_cfg': {'topk': 3}}, TypeError, 'topk'),
    ],
)
def test_unknown_options_are_refused(kwargs, error, message):
    """The message names the wrong value."""
    with pytest.raises(error, match=message):
        CenterHead(**kwargs)


@pytest.mark.parametrize('heatmap_sigma', [None, 6])
def test_nothing_is_learnt_in_ignore_regions(heatmap_sigma, feats, make_instances):
    """Neither heatmap nor size nor offset has a gradient there."""
    kwargs = {}
    if heatmap_sigma:
        kwargs = dict(heatmap_sigma=6, loss_heatmap=dict(type='MSELoss'))
    head = CenterHead(in_channels=8, feat_channels=0, **kwargs)
    people = [make_instances([[8, 4, 30, 60]]), make_instances([])]
    ignored = [make_instances([[60, 10, 92, 50]]), make_instances([[0, 0, 96, 64]])]
    targets = head.get_targets(people, (16, 24), ignored)
    sum(head.loss(feats, targets).values()).backward()
    gradient = feats[0].grad
    assert gradient[0, :, 2:13, 15:23].eq(0).all()
    assert gradient[1].eq(0).all()
    assert gradient[0, :, :, :10].ne(0).any(dim=0).all()
