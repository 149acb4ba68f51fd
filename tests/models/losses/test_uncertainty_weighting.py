import math

import pytest

from fairmot_mm.models import UncertaintyWeighting


def test_uncertainty_weighting_by_hand(losses):
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


def test_a_task_without_loss_does_not_move_its_scalar(losses):
    """A batch without identities teaches nothing about their weight."""
    weighting = UncertaintyWeighting()
    weighting(losses(identity=0.0))['loss'].backward()
    assert weighting.log_vars['id'].grad.item() == 0
    assert weighting.log_vars['det'].grad.item() != 0
