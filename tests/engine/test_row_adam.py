import torch
from torch import nn

from fairmot_mm.engine import RowAdam


def sparse(rows, values):
    return torch.sparse_coo_tensor(
        torch.tensor([rows]), values, (4, 3), check_invariants=True
    )


def test_with_all_rows_it_is_adam():
    """Sparse gradients of every row, and dense ones beside: Adam's updates."""
    start = torch.randn(4, 3)
    ours, adams = (
        [nn.Parameter(start.clone()), nn.Parameter(torch.ones(2))] for _ in range(2)
    )
    optimizers = RowAdam(ours, lr=0.1), torch.optim.Adam(adams, lr=0.1)
    for _ in range(5):
        grad = torch.randn(4, 3)
        adams[0].grad, ours[0].grad = grad, sparse([2, 0, 1, 3], grad[[2, 0, 1, 3]])
        adams[1].grad, ours[1].grad = (grad[0, :2].clone() for _ in range(2))
        for optimizer in optimizers:
            optimizer.step()
    for own, other in zip(ours, adams, strict=True):
        torch.testing.assert_close(own, other, rtol=0, atol=1e-6)
    assert ours[0].grad.is_sparse


def test_other_rows_are_left_alone():
    """Weights and moments of rows that a gradient does not have stay as they are."""
    weight = nn.Parameter(torch.randn(4, 3))
    optimizer = RowAdam([weight], weight_decay=0.1)
    weight.grad = sparse([0, 1, 2, 3], torch.randn(4, 3))
    optimizer.step()
    state = optimizer.state[weight]
    values = weight, state['exp_avg'], state['exp_avg_sq']
    before = [value.clone() for value in values]
    weight.grad = sparse([2, 0, 2], torch.randn(3, 3))
    optimizer.step()
    for old, new in zip(before, values, strict=True):
        assert torch.equal(old[[1, 3]], new[[1, 3]])
        assert not torch.equal(old[0], new[0])
        assert not torch.equal(old[2], new[2])


def test_a_row_twice_counts_as_its_sum():
    """Accumulated gradients name a row more than once."""
    one, two = (nn.Parameter(torch.ones(4, 3)) for _ in range(2))
    one.grad = sparse([2, 2], torch.tensor([[1.0] * 3, [-3.0] * 3]))
    two.grad = sparse([2], torch.tensor([[-2.0] * 3]))
    for weight in (one, two):
        RowAdam([weight]).step()
    assert torch.equal(one, two)
