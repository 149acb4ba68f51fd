import pytest
import torch

from fairmot_mm.models.layers.head_branch import head_branch


def test_two_convolutions_with_an_activation():
    """The branch has the published layers, named 0 and 2 in a checkpoint."""
    branch = head_branch(6, 8, 3)
    assert {name: tuple(p.shape) for name, p in branch.named_parameters()} == {
        '0.weight': (8, 6, 3, 3),
        '0.bias': (8,),
        '2.weight': (3, 8, 1, 1),
        '2.bias': (3,),
    }
    assert branch(torch.rand(2, 6, 4, 5)).shape == (2, 3, 4, 5)


def test_no_channels_between_is_one_convolution():
    """With 0 feature channels there is one 1 x 1 convolution."""
    branch = head_branch(6, 0, 3)
    assert [tuple(p.shape) for p in branch.parameters()] == [(3, 6, 1, 1), (3,)]


@pytest.mark.parametrize('bias', [0.0, 1.5])
def test_every_bias_starts_at_the_given_value(bias):
    """Every bias starts at the given value."""
    branch = head_branch(6, 8, 3, bias=bias)
    assert branch[0].bias.eq(bias).all()
    assert branch[2].bias.eq(bias).all()


def test_activation_comes_from_the_config():
    """The activation is ReLU by default and can be SiLU."""
    assert isinstance(head_branch(6, 8, 3)[1], torch.nn.ReLU)
    silu = head_branch(6, 8, 3, act_cfg=dict(type='SiLU'))
    assert isinstance(silu[1], torch.nn.SiLU)


def test_weights_start_small_where_asked():
    """The deviation is for all layers, or for those with the channels of the output."""
    every = head_branch(64, 32, 16, weight_std=0.001)
    assert every[0].weight.std() < 0.002
    assert every[2].weight.std() < 0.002
    output = head_branch(64, 32, 16, weight_std=0.001, std_of_output_only=True)
    assert output[0].weight.std() > 0.01
    assert output[2].weight.std() < 0.002
    as_wide = head_branch(64, 16, 16, weight_std=0.001, std_of_output_only=True)
    assert as_wide[0].weight.std() < 0.002
