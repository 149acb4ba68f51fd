import math

import pytest
import torch

from fairmot_mm.models import FixedWeighting, UncertaintyWeighting


def losses(heatmap=3.0, size=0.5, identity=2.0):
    values = {
        'det': {'loss_heatmap': heatmap, 'loss_size': size},
        'id': {'loss_id': identity},
    }
    return {
        task: {name: torch.tensor(v, requires_grad=True) for name, v in named.items()}
        for task, named in values.items()
    }


def test_uncertainty_weighting_by_hand():
    """Half of exp(-s) L + s, summed; its slope in s is half of 1 - exp(-s) L."""
    weighting = UncertaintyWeighting({'det': 0.4, 'id': -0.7})
    total = weighting(losses())['loss']
    by_hand = (math.exp(-0.4) * 3.5 + 0.4 + math.exp(0.7) * 2 - 0.7) / 2
    assert total.item() == pytest.approx(by_hand, rel=1e-6)
    total.backward()
    slopes = [weighting.log_vars[task].grad.item() for task in ('det', 'id')]
    expected = [(1 - math.exp(-0.4) * 3.5) / 2, (1 - math.exp(0.7) * 2) / 2]
    assert slopes == pytest.approx(expected, rel=1e-5)


def test_scalars_start_as_published_and_are_saved():
    """-1.85 for detection, -1.05 for identities; a resumed run finds them."""
    state = UncertaintyWeighting().state_dict()
    values = {name: value.item() for name, value in state.items()}
    assert values == pytest.approx({'log_vars.det': -1.85, 'log_vars.id': -1.05})


def test_a_task_without_loss_does_not_move_its_scalar():
    """A batch without identities teaches nothing about their weight."""
    weighting = UncertaintyWeighting()
    weighting(losses(identity=0.0))['loss'].backward()
    assert weighting.log_vars['id'].grad.item() == 0
    assert weighting.log_vars['det'].grad.item() != 0


def test_fixed_weighting_by_hand():
    """As published 1 and 0.1, or as given."""
    assert FixedWeighting()(losses())['loss'].item() == pytest.approx(3.7)
    given = FixedWeighting({'det': 2, 'id': 3})
    assert given(losses())['loss'].item() == pytest.approx(13)
    assert list(given.parameters()) == []


@pytest.mark.parametrize('weighting', [FixedWeighting, UncertaintyWeighting])
def test_only_the_total_is_minimised(weighting):
    """mmengine adds every key with 'loss' in it; the single ones are for the log."""
    out = weighting()(losses())
    assert [name for name in out if 'loss' in name] == ['loss']
    assert {name: out[name].item() for name in ('heatmap', 'size', 'id')} == {
        'heatmap': 3,
        'size': 0.5,
        'id': 2,
    }
    logged = [value for name, value in out.items() if name != 'loss']
    assert not any(value.requires_grad for value in logged)
