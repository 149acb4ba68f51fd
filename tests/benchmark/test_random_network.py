import torch

from fairmot_mm.benchmark import random_network
from fairmot_mm.benchmark.random_network import calibrate_random_network


def test_detections_that_depend_on_the_image(small_model):
    """Some of the cells exceed the score, elsewhere in each image."""
    model = small_model()
    images = torch.rand(3, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    calibrate_random_network(model, images, score=0.4, per_image=20)
    assert not model.training
    with torch.no_grad():
        maps = model(images, mode='tensor')
    found = maps['heatmap'].sigmoid() > 0.4
    assert 30 <= found.sum() <= 120
    assert not torch.equal(found[0], found[1])
    sides = maps['size'].mean(dim=(0, 2, 3))
    assert sides[1] > sides[0] > 2


def test_residual_branches_of_little_weight_round_less(small_model, monkeypatch):
    """Float32 is nearer to float64 than in a network whose branches weigh 1."""
    images = torch.rand(2, 3, 64, 96, generator=torch.Generator().manual_seed(1))

    def rounding():
        model = small_model()
        calibrate_random_network(model, images, score=0.4)
        with torch.no_grad():
            single = model(images, mode='tensor')['heatmap']
            exact = model.double()(images.double(), mode='tensor')['heatmap']
        return (single - exact).square().mean().sqrt()

    calm = rounding()
    monkeypatch.setattr(random_network, '_BRANCH', 1.0)
    assert calm < 0.7 * rounding()
