import torch

from fairmot_mm.testing.lively_network import enliven


def test_detections_that_depend_on_the_image(small_model):
    """About as many cells as asked for exceed the score, elsewhere in each image."""
    model = small_model()
    images = torch.rand(3, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    enliven(model, images, score=0.4, per_image=20)
    assert not model.training
    with torch.no_grad():
        maps = model(images, mode='tensor')
    found = maps['heatmap'].sigmoid() > 0.4
    assert 40 < found.sum() <= 60
    assert not torch.equal(found[0], found[1])
    sides = maps['size'].mean(dim=(0, 2, 3))
    assert sides[1] > sides[0] > 2
