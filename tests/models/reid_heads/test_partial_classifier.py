import pytest
import torch
import torch.distributed
from torch import nn

from fairmot_mm.engine import RowAdam
from fairmot_mm.models import DenseReIDHead, PartialClassifier
from fairmot_mm.models.layers.row_shard import (
    clip_gradients,
    gradient_norm,
    whole_state,
)
from fairmot_mm.models.utils.center_targets import CenterTargets
from fairmot_mm.utils import ConfigError

# Identities of the people of two processes, and the class that each belongs to.
PEOPLE = [([0, 6, 6, 3, -1], [0, 1, 1, 0, 0]), ([2, 5], [0, 1])]
NOBODY = [([4, 1], [1, 0]), ([], [])]


def make_head(**kwargs):
    torch.manual_seed(0)
    return DenseReIDHead(in_channels=3, feat_channels=0, embed_dims=4, **kwargs)


def make_batch(ids, labels, seed):
    """An embedding map of one image and people at its first cells."""
    rng = torch.Generator().manual_seed(seed)
    embedding = torch.randn(1, 4, 2, 4, generator=rng).requires_grad_()
    count, none = len(ids), torch.zeros(0)
    targets = CenterTargets(
        heatmap=none,
        batch_inds=torch.zeros(count, dtype=torch.int64),
        cell_inds=torch.arange(count),
        size=none,
        offset=none,
        labels=torch.tensor(labels, dtype=torch.int64),
        ids=torch.tensor(ids, dtype=torch.int64),
    )
    return embedding, targets


def run_rank(queue, store, rank, function, args):
    """Put the result of ``function(rank, *args)``, a function of this file."""
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        'gloo', f'file://{store}', rank=rank, world_size=2
    )
    try:
        result = globals()[function](rank, *args)
    except Exception as error:  # the other side waits for it
        result = repr(error)
    queue.put((rank, result))


@pytest.fixture
def run_two(start_process, tmp_path):
    """Results of ``function(rank, *args)`` in two processes that speak gloo."""

    def run(function, *args):
        queue, name = start_process.context.SimpleQueue(), function.__name__
        processes = [
            start_process(
                __file__, 'run_rank', queue, tmp_path / 'store', rank, name, args
            )
            for rank in range(2)
        ]
        results = dict(queue.get() for _ in processes)
        for process in processes:
            process.join()
        return [results[rank] for rank in range(2)]

    return run


def learn(rank, people, settings):
    """Losses, gradient of the embeddings and gradients of all rows, in numpy."""
    head = make_head(**settings)
    embedding, targets = make_batch(*people[rank], seed=rank)
    losses = head.loss_by_feat(embedding, targets)
    (3 * sum(losses.values())).backward()
    classifier = head.classifier
    own = dict(weight=classifier.weight.grad, bias=classifier.bias.grad)
    if isinstance(classifier, PartialClassifier):
        own = {name: classifier.gather(grad) for name, grad in own.items()}
    values = {name: loss.item() for name, loss in losses.items()}
    grads = {name: grad.numpy() for name, grad in own.items()}
    return values, embedding.grad.numpy(), grads


@pytest.mark.parametrize('sparse_grad', [False, True], ids=['dense', 'sparse'])
@pytest.mark.parametrize('num_ids', [7, [4, 3]], ids=['joint', 'apart'])
def test_whole_sample_equals_plain(num_ids, sparse_grad):
    """With a ratio of 1, losses and gradients are those of the plain classifier."""
    common = dict(num_ids=num_ids, joint_classes=isinstance(num_ids, int))
    plain = learn(0, PEOPLE, common)
    partial = dict(type='PartialClassifier', sparse_grad=sparse_grad)
    loss_id = dict(type='CrossEntropyLoss', loss_weight=3.0)
    head = make_head(**common, classifier_cfg=partial, loss_id=loss_id)
    embedding, targets = make_batch(*PEOPLE[0], seed=0)
    losses = head.loss_by_feat(embedding, targets)
    sum(losses.values()).backward()
    assert {name: loss.item() / 3 for name, loss in losses.items()} == pytest.approx(
        plain[0], abs=1e-6
    )
    grads = [embedding.grad, head.classifier.weight.grad, head.classifier.bias.grad]
    expected = [plain[1], plain[2]['weight'], plain[2]['bias']]
    for grad, other in zip(grads, expected, strict=True):
        torch.testing.assert_close(
            grad.to_dense(), torch.from_numpy(other), rtol=0, atol=1e-6
        )


@pytest.mark.parametrize('people', [PEOPLE, NOBODY], ids=['both', 'one empty'])
@pytest.mark.parametrize('num_ids', [7, [4, 3], [0, 7]], ids=['joint', 'apart', 'one'])
def test_two_processes_equal_plain(num_ids, people, run_two):
    """Identities split over two processes: losses and gradients to 1e-6.

    Own losses and embeddings as in a process alone; weights over the mean of both.
    """
    settings = dict(num_ids=num_ids, joint_classes=isinstance(num_ids, int))
    plain = [learn(rank, people, settings) for rank in range(2)]
    settings['classifier_cfg'] = dict(type='PartialClassifier')
    split = run_two(learn, people, settings)
    for (losses, embedding, _), (other, other_embedding, _) in zip(
        plain, split, strict=True
    ):
        assert losses == pytest.approx(other, abs=1e-6)
        assert embedding == pytest.approx(other_embedding, abs=1e-6)
    for name in ('weight', 'bias'):
        mean = (plain[0][2][name] + plain[1][2][name]) / 2
        assert split[0][2][name] == pytest.approx(mean, abs=1e-6)


def norms(rank):
    """Norms of a shared and a sharded gradient, and both gradients once clipped."""
    shared, own = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(2))
    shared.grad = torch.tensor([3.0, 0.0])
    own.grad = torch.tensor([4.0, 0.0]) if rank else torch.tensor([0.0, 12.0])
    largest = gradient_norm([shared, own], [own], float('inf'))
    norm = clip_gradients([shared, own], [own], max_norm=6.5)
    return largest.item(), norm.item(), *shared.grad.tolist(), *own.grad.tolist()


def test_norm_of_all_processes(run_two):
    """Rows of every process count once: sqrt(3^2 + 4^2 + 12^2) = 13; both halve."""
    first, second = run_two(norms)
    assert first == pytest.approx((12, 13, 1.5, 0, 0, 6), rel=1e-6)
    assert second == pytest.approx((12, 13, 1.5, 0, 2, 0), rel=1e-6)


def saved(rank):
    """The whole state, and its own part after loading ten times it."""
    torch.manual_seed(0)
    classifier = PartialClassifier(4, 7)
    with whole_state([classifier]):
        state = {name: value.clone() for name, value in classifier.state_dict().items()}
    assert len(classifier.state_dict()['weight']) == (4 if rank else 3)
    whole = {'weight': torch.arange(28.0).view(7, 4), 'bias': torch.arange(7.0)}
    classifier.load_state_dict({**state, **whole})
    saved_rows = state.get('weight', torch.zeros(0)).numpy()
    return saved_rows, classifier.weight.detach().numpy()


def test_saved_whole_loaded_in_part(run_two):
    """The first process saves all rows, those of a plain start; each loads its own."""
    torch.manual_seed(0)
    plain = nn.Linear(4, 7).weight.detach().numpy()
    first, second = run_two(saved)
    assert (first[0] == plain).all()
    assert second[0].size == 0
    assert first[1].ravel().tolist() == [*range(12)]
    assert second[1].ravel().tolist() == [*range(12, 28)]


@pytest.fixture
def sampled():
    """A classifier of 200 identities, an eighth in each step, and three people."""
    torch.manual_seed(0)
    classifier = PartialClassifier(4, 200, sample_ratio=0.125, sparse_grad=True)
    ids = torch.tensor([7, 150, 7])
    return classifier, torch.randn(3, 4), ids, slice(0, 200)


def test_the_sample(sampled):
    """An eighth of the identities, those of the people among them, anew each step."""
    classifier, *batch = sampled
    samples = []
    for _ in range(3):
        classifier.weight.grad = None
        classifier(*batch).sum().backward()
        samples.append({*classifier.weight.grad.coalesce().indices()[0].tolist()})
    assert all(len(sample) == 25 and {7, 150} <= sample for sample in samples)
    assert samples[0] != samples[1] != samples[2]


def test_a_sample_stands_for_all(sampled):
    """On average the sum over the sample is that over all identities."""
    classifier, embeds, ids, rows = sampled
    logits = classifier.weight @ embeds.T + classifier.bias[:, None]
    own = logits.T[[0, 1, 2], ids]
    draws = [classifier(embeds, ids, rows) + own for _ in range(400)]
    sums = torch.stack(draws).exp()
    torch.testing.assert_close(sums.mean(0), logits.exp().sum(0), rtol=0.03, atol=0)
    torch.testing.assert_close(
        classifier.eval()(embeds, ids, rows), logits.logsumexp(0) - own
    )


def test_draws_go_on_after_loading(sampled):
    """The number of the draw is saved: what comes after is what would have come."""
    classifier, *batch = sampled
    classifier(*batch)
    state = {name: value.clone() for name, value in classifier.state_dict().items()}
    expected = [classifier(*batch).tolist() for _ in range(3)]
    other = PartialClassifier(4, 200, sample_ratio=0.125)
    other.load_state_dict(state)
    assert [other(*batch).tolist() for _ in range(3)] == expected
    assert len({str(losses) for losses in expected}) == 3


def test_everybody_is_in_a_small_sample():
    """More people than the ratio allows: all their identities, and one other."""
    classifier = PartialClassifier(4, 10, sample_ratio=0.1, sparse_grad=True)
    ids = torch.tensor([1, 3, 5, 9])
    classifier(torch.randn(4, 4), ids, slice(0, 10)).sum().backward()
    index = classifier.weight.grad.coalesce().indices()[0].tolist()
    assert len(index) == 5
    assert {1, 3, 5, 9} <= {*index}


def test_it_learns(sampled):
    """Steps of a sample with RowAdam lower the loss among all identities."""
    classifier, embeds, ids, rows = sampled
    optimizer = RowAdam(classifier.parameters(), lr=0.1)
    before = classifier.eval()(embeds, ids, rows).mean()
    classifier.train()
    for _ in range(30):
        optimizer.zero_grad()
        classifier(embeds, ids, rows).mean().backward()
        optimizer.step()
    assert classifier.eval()(embeds, ids, rows).mean() < before / 4


def test_plain_checkpoints_fit():
    """A classifier trained as nn.Linear goes on in part, and back."""
    plain, partial = (
        make_head(num_ids=7, classifier_cfg=cfg)
        for cfg in (None, dict(type='PartialClassifier', sample_ratio=0.5))
    )
    with torch.no_grad():
        plain.classifier.weight += 1
    partial.load_state_dict(plain.state_dict(), strict=False)
    assert torch.equal(partial.classifier.weight, plain.classifier.weight)
    with torch.no_grad():
        partial.classifier.weight += 1
    plain.load_state_dict(partial.state_dict(), strict=False)
    assert torch.equal(partial.classifier.weight, plain.classifier.weight)


def test_refused():
    """A ratio of nothing, and a second loss."""
    with pytest.raises(ConfigError, match=r'sample_ratio=0 must be above 0'):
        PartialClassifier(4, 7, sample_ratio=0)
    with pytest.raises(ConfigError, match=r'computes its own cross-.*FocalLoss'):
        make_head(
            classifier_cfg=dict(type='PartialClassifier'),
            loss_id=dict(type='FocalLoss'),
        )
