import math

import pytest
import torch

from fairmot_mm.models import DenseReIDHead
from fairmot_mm.models.utils.center_targets import center_targets
from fairmot_mm.utils import CheckpointError, ConfigError

BOXES = [[8, 4, 30, 60], [50, 20, 62, 50], [60, 10, 90, 40]]


@pytest.fixture
def build_head():
    torch.manual_seed(0)
    return lambda **kwargs: DenseReIDHead(
        **{'in_channels': 8, 'feat_channels': 16, 'embed_dims': 6, **kwargs}
    )


@pytest.fixture
def feats():
    return [torch.rand(1, 8, 16, 24, generator=torch.Generator().manual_seed(1))]


@pytest.fixture
def make_targets(make_instances):
    return lambda ids: center_targets([make_instances(BOXES, ids)], (1, 16, 24))


def test_loss_by_hand(build_head, feats, make_targets):
    """Mean cross-entropy of the scaled unit embeddings of who has an identity."""
    head = build_head(num_ids=5)
    targets = make_targets([4, -1, 2])
    embedding = head(feats)
    logs = []
    for row, identity in ((0, 4), (2, 2)):
        y, x = divmod(int(targets.cell_inds[row]), 24)
        vector = embedding[0, :, y, x]
        scaled = math.sqrt(2) * math.log(4) * vector / vector.norm()
        logs.append(-head.classifier(scaled).log_softmax(dim=0)[identity])
    loss = head.loss(feats, targets)['loss_id']
    torch.testing.assert_close(loss, (logs[0] + logs[1]) / 2)


def test_classes_apart_by_hand(build_head, feats, make_instances):
    """Each class is told from its own rows alone, scaled by its own number."""
    head = build_head(num_ids=[4, 3], joint_classes=False)
    instances = make_instances(BOXES, [2, 5, 0], labels=[0, 1, 0])
    targets = center_targets([instances], (2, 16, 24))
    losses = head.loss(feats, targets)
    embedding = head(feats)
    logs = {0: [], 1: []}
    for row, label, identity in ((0, 0, 2), (1, 1, 1), (2, 0, 0)):
        rows, count = (slice(0, 4), 4) if label == 0 else (slice(4, 7), 3)
        y, x = divmod(int(targets.cell_inds[row]), 24)
        vector = embedding[0, :, y, x]
        scaled = math.sqrt(2) * math.log(count - 1) * vector / vector.norm()
        logits = head.classifier.weight[rows] @ scaled + head.classifier.bias[rows]
        logs[label].append(-logits.log_softmax(dim=0)[identity])
    assert losses.keys() == {'loss_id_0', 'loss_id_1'}
    for label, values in logs.items():
        torch.testing.assert_close(
            losses[f'loss_id_{label}'], sum(values) / len(values)
        )


def test_class_without_objects_has_no_loss(build_head, feats, make_targets):
    """Nor one without any identity; every parameter still has a gradient."""
    head = build_head(num_ids=[5, 3, 0], joint_classes=False)
    losses = head.loss(feats, make_targets([4, -1, 2]))
    assert losses['loss_id_0'] > 0
    assert losses['loss_id_1'] == 0
    assert losses.keys() == {'loss_id_0', 'loss_id_1'}
    sum(losses.values()).backward()
    assert all(p.grad is not None for p in head.parameters())


@pytest.mark.parametrize(('num_ids', 'joint'), [([3, 4], True), (7, False)])
def test_numbers_must_fit_the_form(build_head, num_ids, joint):
    """One number for a joint classifier, one a class otherwise."""
    with pytest.raises(ConfigError, match='joint_classes'):
        build_head(num_ids=num_ids, joint_classes=joint)


def test_classes_apart_need_their_numbers(build_head, feats, make_targets):
    """A checkpoint gives the classifier, but not where a class begins in it."""
    head = build_head(joint_classes=False)
    trained = build_head(num_ids=[3, 2], joint_classes=False)
    head.load_state_dict(trained.state_dict())
    with pytest.raises(ConfigError, match=r'reid_head\.num_ids'):
        head.loss(feats, make_targets([0, 1, 2]))


def test_emb_scale_replaces_the_published_formula(build_head, feats, make_targets):
    """With scale 0 only the classifier's bias decides."""
    head = build_head(num_ids=5, emb_scale=0.0)
    loss = head.loss(feats, make_targets([4, -1, 2]))['loss_id']
    expected = -head.classifier.bias.log_softmax(dim=0)[[4, 2]].mean()
    torch.testing.assert_close(loss, expected)


@pytest.mark.parametrize('loss_id', [None, dict(type='FocalLoss')])
def test_without_identities_the_loss_is_zero(loss_id, build_head, feats, make_targets):
    """No NaN as published, and every parameter has a gradient."""
    head = build_head(num_ids=5, loss_id=loss_id)
    loss = head.loss(feats, make_targets([-1, -1, -1]))['loss_id']
    assert loss == 0
    loss.backward()
    assert all(p.grad.eq(0).all() for p in head.parameters())


def test_training_needs_the_number_of_identities(build_head, feats, make_targets):
    """Tracking does not; the error says where to set it."""
    head = build_head()
    assert head.num_ids is None
    assert head(feats).shape == (1, 6, 16, 24)
    with pytest.raises(ConfigError, match=r'model\.detector\.reid_head\.num_ids'):
        head.loss(feats, make_targets([0, 1, 2]))


def test_classifier_is_saved_and_built_from_a_checkpoint(build_head):
    """A model that knows no number takes the one of the file, with its weights."""
    trained, fresh = build_head(num_ids=7), build_head()
    fresh.load_state_dict(trained.state_dict())
    assert fresh.num_ids == 7
    assert torch.equal(fresh.classifier.weight, trained.classifier.weight)
    assert {'classifier.weight', 'classifier.bias'} <= fresh.state_dict().keys()


def test_other_people_are_an_error(build_head):
    """The message has both numbers and the way on."""
    state_dict = build_head(num_ids=7).state_dict()
    with pytest.raises(CheckpointError, match=r'7 identities.* 5 by 6.*reinit'):
        build_head(num_ids=5).load_state_dict(state_dict)


def test_reinit_starts_a_new_classifier(build_head, log_lines):
    """Everything else is loaded, and the log says what was not."""
    trained = build_head(num_ids=7)
    head = build_head(num_ids=5, on_classifier_mismatch='reinit')
    before = head.classifier.weight.clone()
    head.load_state_dict(trained.state_dict())
    assert torch.equal(head.classifier.weight, before)
    assert torch.equal(head.embedding[2].weight, trained.embedding[2].weight)
    assert 'classifier of 7 identities left out' in log_lines[-1]


def test_unknown_way_with_a_mismatch_is_refused():
    """The message names the choices."""
    with pytest.raises(ValueError, match="'error' or 'reinit', not 'skip'"):
        DenseReIDHead(on_classifier_mismatch='skip')


def test_start_values_are_the_published_ones(build_head):
    """No bias in the branch; a sigmoid classifier starts at probability 0.01."""
    head = build_head(num_ids=500, loss_id=dict(type='FocalLoss'))
    assert head.embedding[0].bias.eq(0).all()
    assert head.embedding[2].bias.eq(0).all()
    torch.testing.assert_close(head.classifier.bias.sigmoid(), torch.full((500,), 0.01))
    assert head.classifier.weight.std().item() == pytest.approx(0.01, rel=0.1)


def test_embeddings_of_detections_have_unit_length(build_head):
    """Read at the cells, in their order."""
    embedding = torch.randn(2, 6, 4, 5)
    cells = torch.tensor([[7, 0, 19], [3, 3, 12]])
    embeds = build_head().predict_by_feat(embedding, cells)
    torch.testing.assert_close(embeds.norm(dim=2), torch.ones(2, 3))
    vector = embedding[1, :, 12 // 5, 12 % 5]
    torch.testing.assert_close(embeds[1, 2], vector / vector.norm())
