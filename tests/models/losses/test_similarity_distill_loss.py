import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from fairmot_mm.models import SimilarityDistillLoss


def unit(count, width, seed):
    generator = torch.Generator().manual_seed(seed)
    return F.normalize(torch.randn(count, width, generator=generator))


def test_mean_over_pairs():
    """By hand: similarities of 0 where the teacher has 1/2, and of 1 where it has 0."""
    embeds = torch.tensor([[1.0, 0], [0, 1.0], [1.0, 0]])
    half = 0.75**0.5
    teacher = torch.tensor([[1.0, 0, 0], [0.5, half, 0], [0, 0, 1.0]])
    expected = 2 * (0.5**2 + 1.0**2 + 0) / 6
    loss = SimilarityDistillLoss(loss_weight=3.0)(embeds, teacher)
    assert loss == pytest.approx(3 * expected)


def test_teacher_of_another_width_is_learnt():
    """Six numbers learn the similarities that twenty numbers give."""
    teacher = unit(12, 20, 0) + 1  # people look alike
    teacher = F.normalize(teacher)
    embeds = unit(12, 6, 1).requires_grad_()
    loss = SimilarityDistillLoss()
    first = loss(F.normalize(embeds), teacher).item()
    optimizer = torch.optim.Adam([embeds], lr=0.05)
    for _ in range(100):
        optimizer.zero_grad()
        loss(F.normalize(embeds), teacher).backward()
        optimizer.step()
    assert loss(F.normalize(embeds), teacher).item() < 0.1 * first


@pytest.mark.parametrize('count', [0, 1])
def test_no_pair(count):
    """Without a pair the loss is 0, with a gradient of 0."""
    embeds = unit(count, 6, 0).requires_grad_()
    loss = SimilarityDistillLoss()(embeds, unit(count, 20, 1))
    assert loss == 0
    loss.backward()
    assert embeds.grad.eq(0).all()
