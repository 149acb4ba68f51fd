import pytest
import torch
from mmdet.models.losses import TripletLoss

from fairmot_mm.models import CircleLoss, HardTripletLoss
from fairmot_mm.utils import ConfigError


@pytest.fixture
def people():
    """Ten vectors of four identities; one of them occurs once."""
    torch.manual_seed(0)
    vectors = torch.randn(10, 6, requires_grad=True)
    return vectors, torch.tensor([0, 1, 0, 2, 1, 1, 2, 0, 2, 7])


def test_equals_the_loop_of_mmdet(people):
    """Value and gradient, where every object has a pair of both kinds."""
    vectors, ids = people
    values, grads = [], []
    for loss in (HardTripletLoss, TripletLoss):
        embeds = torch.nn.functional.normalize(vectors[:9])
        values.append(loss(margin=0.4, loss_weight=2.0)(embeds, ids[:9]))
        grads += torch.autograd.grad(values[-1], vectors)
    torch.testing.assert_close(*values, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(*grads, rtol=1e-4, atol=1e-5)


def test_who_occurs_once_is_only_a_negative(people):
    """The mean is over objects with both kinds of pairs."""
    vectors, ids = people
    embeds = torch.nn.functional.normalize(vectors)
    distance = torch.cdist(embeds, embeds)
    losses = []
    for k in range(9):
        own = [j for j in range(9) if ids[j] == ids[k] and j != k]
        others = [j for j in range(10) if ids[j] != ids[k]]
        margin = 0.3 + distance[k, own].max() - distance[k, others].min()
        losses.append(margin.clamp(min=0))
    torch.testing.assert_close(
        HardTripletLoss()(embeds, ids), torch.stack(losses).mean(), rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize('loss', [HardTripletLoss, CircleLoss])
@pytest.mark.parametrize('ids', [[5], [5, 5, 5], [1, 2, 3]])
def test_without_pairs_it_is_zero(loss, ids):
    """One identity, or each once: no NaN in value or gradient."""
    vectors = torch.randn(len(ids), 4, requires_grad=True)
    embeds = torch.nn.functional.normalize(vectors)
    value = loss()(embeds, torch.tensor(ids))
    assert value == 0
    value.backward()
    assert vectors.grad.eq(0).all()


@pytest.mark.parametrize('loss', [HardTripletLoss, CircleLoss])
def test_equal_embeddings_have_finite_gradients(loss):
    """Two objects of one cell have the same embedding."""
    embeds = torch.tensor([[1.0, 0], [1, 0], [1, 0], [0, 1]], requires_grad=True)
    loss()(embeds, torch.tensor([0, 0, 1, 1])).backward()
    assert embeds.grad.isfinite().all()


def test_margins_that_cannot_be():
    """Distances are at most 2, similarities at most 1."""
    with pytest.raises(ConfigError, match=r'HardTripletLoss\.margin=3'):
        HardTripletLoss(margin=3)
    with pytest.raises(ConfigError, match=r'CircleLoss\.margin=2'):
        CircleLoss(margin=2)
    with pytest.raises(ConfigError, match=r'CircleLoss\.gamma=0'):
        CircleLoss(gamma=0)
