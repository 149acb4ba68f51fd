import pytest
import torch

from fairmot_mm.models import DenseReIDHead, MetricReIDHead
from fairmot_mm.models.utils.center_targets import center_targets
from fairmot_mm.utils import ConfigError

BOXES = [[8, 4, 30, 60], [50, 20, 62, 50], [60, 10, 90, 40], [4, 4, 20, 30]]
DISTILL = dict(type='SimilarityDistillLoss', loss_weight=2.0)
OPTIONS = dict(in_channels=8, feat_channels=16, embed_dims=6)
HEADS = {
    'dense': lambda **kwargs: DenseReIDHead(num_ids=9, **OPTIONS, **kwargs),
    'metric': lambda **kwargs: MetricReIDHead(**OPTIONS, **kwargs),
}


@pytest.fixture
def feats():
    return [torch.rand(1, 8, 16, 24, generator=torch.Generator().manual_seed(1))]


@pytest.fixture
def make_targets(make_instances):
    """Targets of four people; the teacher has embedded the first, second and last."""

    def make(teacher=True):
        people = make_instances(BOXES, [3, -1, 3, 5])
        if teacher:
            people.teacher_embeds = torch.tensor(
                [[1.0, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0.6, 0.8]]
            )
        return center_targets([people], (1, 16, 24))

    return make


@pytest.mark.parametrize('kind', sorted(HEADS))
def test_distils_who_the_teacher_has_embedded(kind, feats, make_targets):
    """Also people without identity; the others have no part in it."""
    torch.manual_seed(0)
    head = HEADS[kind](loss_distill=DISTILL)
    targets = make_targets()
    embeds = torch.nn.functional.normalize(targets.gather(head(feats))[[0, 1, 3]])
    expected = head.loss_distill(embeds, targets.teacher_embeds[[0, 1, 3]])
    losses = head.loss(feats, targets)
    assert expected > 0
    torch.testing.assert_close(losses['loss_distill'], expected)
    sum(losses.values()).backward()
    assert all(p.grad is not None for p in head.parameters())


@pytest.mark.parametrize(('loss', 'teacher'), [(DISTILL, False), (None, True)])
def test_one_without_the_other(loss, teacher, feats, make_targets):
    """A loss without embeddings, or embeddings that nobody uses, are refused."""
    head = HEADS['metric'](loss_distill=loss)
    with pytest.raises(ConfigError, match='loss_distill'):
        head.loss(feats, make_targets(teacher))


@pytest.mark.parametrize('feat_channels', [16, 0])
@pytest.mark.parametrize('act', ['ReLU', 'SiLU'])
def test_embeds_cells_alone(feat_channels, act):
    """Every cell of every image has the embedding of the dense map, also at borders."""
    torch.manual_seed(0)
    options = dict(OPTIONS, feat_channels=feat_channels, act_cfg=dict(type=act))
    head = MetricReIDHead(**options, branch_init=dict(weight_std=0.3))
    for layer in head.embedding:
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.normal_(layer.bias)
    feats = [torch.randn(3, 8, 5, 7)]
    cells = torch.stack([torch.randperm(35) for _ in range(3)])
    torch.testing.assert_close(
        head.embed_cells(feats, cells), head.predict_by_feat(head(feats), cells)
    )


class OwnForward(MetricReIDHead):
    """A head with a forward pass of its own."""

    def forward(self, x):
        return super().forward([2 * x[0]])


def test_can_embed_cells():
    """With the branch as it is built; not with another forward pass or other layers."""
    assert MetricReIDHead(**OPTIONS).can_embed_cells
    assert MetricReIDHead(**{**OPTIONS, 'feat_channels': 0}).can_embed_cells
    assert not OwnForward(**OPTIONS).can_embed_cells
    for place, layer in (
        (1, torch.nn.BatchNorm2d(16)),
        (1, torch.nn.PReLU(16)),
        (2, torch.nn.Conv2d(16, 6, 3, padding=1)),
        (0, torch.nn.Conv2d(8, 16, 3, padding=2, dilation=2)),
        (0, torch.nn.Conv2d(8, 16, 3, padding=1, groups=2)),
        (0, torch.nn.ReLU()),
    ):
        head = MetricReIDHead(**OPTIONS)
        head.embedding[place] = layer
        assert not head.can_embed_cells
