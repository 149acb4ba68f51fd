import pytest
import torch
from mmengine.structures import InstanceData

from fairmot_mm.registry import METRICS
from fairmot_mm.utils import ConfigError, DataError


def people(*ids_and_degrees):
    ids, degrees = zip(*ids_and_degrees, strict=True)
    radians = torch.deg2rad(torch.tensor(degrees, dtype=torch.float64))
    embeds = torch.stack([radians.cos(), radians.sin()], dim=1)
    return InstanceData(embeds=embeds, instances_ids=torch.tensor(ids))


def test_pairs_of_all_images(clip):
    """Two people in two images each; somebody without identity is left out.

    Differences of one person 10 and 28, of two people 22, 32, 50 and 60.
    """
    metric = METRICS.build(
        dict(type='ReIDVerificationMetric', false_accept_rates=(0.1, 0.25))
    )
    metric.process(None, [clip(0, gt_embeds=people((1, 0), (-1, 1), (2, 32)))])
    metric.process(None, [clip(1, gt_embeds=people((1, 10), (2, 60)))])
    scores = metric.evaluate(2)
    assert list(scores) == ['reid/TPR@FAR=0.1', 'reid/TPR@FAR=0.25']
    assert [*scores.values()] == pytest.approx([0.5, 1.0])


def test_without_ground_truth(clip):
    """A frame without ground truth says what loads it."""
    metric = METRICS.build(dict(type='ReIDVerificationMetric'))
    with pytest.raises(DataError, match='LoadJDELabels'):
        metric.process(None, [clip(0)])


@pytest.mark.parametrize('rates', [(), (0.0,), (0.1, 1.0)])
def test_rates_lie_between_0_and_1(rates):
    """A rate that no threshold has is refused."""
    with pytest.raises(ConfigError, match='between 0 and 1'):
        METRICS.build(dict(type='ReIDVerificationMetric', false_accept_rates=rates))
