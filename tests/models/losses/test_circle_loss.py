import math

import torch

from fairmot_mm.models import CircleLoss


def test_by_hand():
    """Equation 6 of the paper for every object that has both kinds of pairs."""
    torch.manual_seed(0)
    embeds = torch.nn.functional.normalize(torch.randn(6, 3))
    ids = [0, 0, 1, 1, 1, 4]
    margin, gamma = 0.2, 16.0
    losses = []
    for k in range(5):
        positive, negative = 0.0, 0.0
        for j in range(6):
            s = float(embeds[k] @ embeds[j])
            if ids[j] != ids[k]:
                weight = max(s + margin, 0)
                negative += math.exp(gamma * weight * (s - margin))
            elif j != k:
                weight = max(1 + margin - s, 0)
                positive += math.exp(-gamma * weight * (s - (1 - margin)))
        losses.append(math.log(1 + positive * negative))
    found = CircleLoss(margin, gamma, loss_weight=3.0)(embeds, torch.tensor(ids))
    torch.testing.assert_close(
        found, torch.tensor(3 * sum(losses) / 5), rtol=1e-4, atol=1e-5
    )


def test_weights_have_no_gradient():
    """The slope of a pair's term is gamma times its weight, as in the paper."""
    embeds = torch.tensor([[1.0, 0], [0.6, 0.8], [0.0, 1]], requires_grad=True)
    loss = CircleLoss(margin=0.25, gamma=2.0)
    similarity = embeds.detach() @ embeds.detach().T
    s_p, s_n = float(similarity[0, 1]), float(similarity[0, 2])
    pull, push = 1.25 - s_p, s_n + 0.25
    term = 2 * pull * (0.75 - s_p) + 2 * push * (s_n - 0.25)
    slope = 1 / (1 + math.exp(-term))
    # The terms of two objects, of which the second one is nearer to the third.
    s_m = float(similarity[1, 2])
    other = 2 * pull * (0.75 - s_p) + 2 * (s_m + 0.25) * (s_m - 0.25)
    slope_m = 1 / (1 + math.exp(-other))
    loss(embeds, torch.tensor([0, 0, 1])).backward()
    e = embeds.detach()
    by_hand = slope * (-2 * pull * e[1] + 2 * push * e[2]) - slope_m * 2 * pull * e[1]
    torch.testing.assert_close(embeds.grad[0], by_hand / 2, rtol=1e-4, atol=1e-5)
    assert slope_m > 0
