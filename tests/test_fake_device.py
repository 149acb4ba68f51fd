"""The fake device refuses what a GPU refuses, and counts what a program waits for."""

import pytest
import torch

pytestmark = pytest.mark.own_process


@pytest.fixture
def there(fake):
    return torch.arange(12.0).reshape(3, 4).to(fake.NAME)


MISTAKES = {
    'sum': lambda x: x + torch.ones(3, 4),
    'in place': lambda x: x.mul_(torch.ones(3, 4)),
    'product': lambda x: x @ torch.ones(4, 2),
    'list': lambda x: torch.cat([x, torch.ones(1, 4)]),
    'index': lambda x: x[torch.tensor([0, 1])],
    'condition': lambda x: torch.where(torch.ones(3, 4).bool(), x, x),
    'layer': lambda x: torch.nn.Linear(4, 2)(x),
    'loss': lambda x: torch.nn.functional.mse_loss(x, torch.ones(3, 4)),
    'forgotten size': lambda x: x - torch.arange(4),
    'other direction': lambda x: torch.ones(3, 4).add_(x),
}


@pytest.mark.parametrize('name', MISTAKES)
def test_refuses_two_devices(name, there):
    """Every kind of operation names both."""
    with pytest.raises(
        RuntimeError, match='on the same device, but found fake:0 and cpu'
    ):
        MISTAKES[name](there)


def test_a_mistake_in_the_backward_pass(fake):
    """It is found there too."""

    class Forgetful(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            return grad * torch.full(grad.shape, 2.0)

    x = torch.ones(3).to(fake.NAME).requires_grad_()
    with pytest.raises(RuntimeError, match='found fake:0 and cpu'):
        Forgetful.apply(x).sum().backward()


def test_numpy_needs_a_copy(there):
    """As on a GPU."""
    with pytest.raises((TypeError, RuntimeError), match='numpy'):
        there.numpy()
    assert there.cpu().numpy().sum() == 66


def test_takes_numbers_and_copies(there):
    """Tensors without dimensions may be on the CPU, and copies cross."""
    assert (there * torch.tensor(2.0)).device.type == 'fake'
    there[0] = 5
    there[1].copy_(torch.zeros(4))
    assert there.tolist() == [[5] * 4, [0] * 4, [8, 9, 10, 11]]
    assert there.new_zeros(2).device == there.device
    assert torch.tensor([1, 2], device=there.device).sum().item() == 3


@pytest.mark.parametrize(
    ('name', 'call', 'waits'),
    [
        ('item', lambda x: x.sum().item(), 1),
        ('condition', lambda x: bool(x[0, 0] > 1), 1),
        ('mask', lambda x: x[x > 3], 1),
        ('positions', lambda x: x.nonzero(), 1),
        ('different values', lambda x: x.unique(), 1),
        ('to the CPU', lambda x: x.cpu(), 1),
        ('list', lambda x: x.tolist(), 1),
        ('to the device', lambda x: torch.tensor([1.0], device=x.device), 1),
        ('constant', lambda x: x.new_tensor([1.0]), 1),
        ('repeats', lambda x: torch.repeat_interleave(x[0].long()), 1),
        ('arithmetic', lambda x: (x * 2 + 1).clamp(min=3).sum(), 0),
        ('indices', lambda x: x[x.argmax(dim=0)], 0),
        ('filled', lambda x: torch.full((3,), 2.0, device=x.device), 0),
    ],
)
def test_counts_what_a_program_waits_for(name, call, waits, fake, there):
    """Reads, positions that depend on values, and copies; nothing else."""
    with fake.count_waits() as counted:
        call(there)
    assert counted.total() == waits, counted
