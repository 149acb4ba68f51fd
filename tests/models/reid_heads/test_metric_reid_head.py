import pytest
import torch

from fairmot_mm.models import CircleLoss, MetricReIDHead
from fairmot_mm.models.utils.center_targets import center_targets

BOXES = [[8, 4, 30, 60], [50, 20, 62, 50], [60, 10, 90, 40], [4, 4, 20, 30]]


@pytest.fixture
def head():
    torch.manual_seed(0)
    return MetricReIDHead(in_channels=8, feat_channels=16, embed_dims=6)


@pytest.fixture
def feats():
    return [torch.rand(1, 8, 16, 24, generator=torch.Generator().manual_seed(1))]


@pytest.fixture
def make_targets(make_instances):
    return lambda ids: center_targets([make_instances(BOXES, ids)], (1, 16, 24))


def test_compares_the_unit_embeddings_of_known_people(head, feats, make_targets):
    """Those at the true centres, without the object whose identity is unknown."""
    targets = make_targets([3, -1, 3, 5])
    embedding = head(feats)
    rows = []
    for cell in targets.cell_inds[[0, 2, 3]].tolist():
        vector = embedding[0, :, cell // 24, cell % 24]
        rows.append(vector / vector.norm())
    expected = head.loss_metric(torch.stack(rows), torch.tensor([3, 3, 5]))
    found = head.loss(feats, targets)
    assert found.keys() == {'loss_metric'}
    assert expected > 0
    torch.testing.assert_close(found['loss_metric'], expected)


@pytest.mark.parametrize('ids', [[-1, -1, -1, -1], [1, 2, 3, 4]])
def test_nothing_to_compare(ids, head, feats, make_targets):
    """The loss is 0, and every parameter has a gradient."""
    loss = head.loss(feats, make_targets(ids))['loss_metric']
    assert loss == 0
    loss.backward()
    assert all(p.grad.eq(0).all() for p in head.parameters())


def test_another_loss(feats, make_targets):
    """The config names it."""
    head = MetricReIDHead(
        in_channels=8, loss_metric=dict(type='CircleLoss', margin=0.4)
    )
    assert isinstance(head.loss_metric, CircleLoss)
    assert head.loss(feats, make_targets([3, -1, 3, 5]))['loss_metric'] > 0


def test_learns_to_tell_people_apart(head, feats, make_targets):
    """After some steps, people are nearer to themselves than to others."""
    targets = make_targets([3, 5, 3, 5])
    optimizer = torch.optim.Adam(head.parameters(), 1e-2)
    for _ in range(30):
        loss = head.loss(feats, targets)['loss_metric']
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss == 0
    (embeds,) = head.predict_by_feat(head(feats), targets.cell_inds[None])
    similarity = embeds @ embeds.T
    assert similarity[0, 2] > similarity[0, [1, 3]].max()
    torch.testing.assert_close(embeds.norm(dim=1), torch.ones(4))
