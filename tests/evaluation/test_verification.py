from pathlib import Path

import numpy as np
import pytest

from fairmot_mm.evaluation import true_accept_rates, verification
from fairmot_mm.utils import DataError

EMBEDDINGS = Path(__file__).parents[1] / 'data/eval/embeddings.npz'
# Computed with the published evaluation of embeddings (commit 4aa6297).
RATES = {
    1e-6: 0.041407867494824016,
    1e-5: 0.041407867494824016,
    1e-4: 0.041407867494824016,
    1e-3: 0.19461697722567287,
    1e-2: 0.5610766045548654,
    1e-1: 0.9047619047619048,
}


def at_angles(*degrees):
    """Embeddings in the plane: their similarity is the cosine of the difference."""
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1)


@pytest.mark.parametrize('block', [512, 7])
def test_published_rates(block, monkeypatch):
    """120 objects of the published evaluation, at once and in blocks with trimming."""
    monkeypatch.setattr(verification, '_ROWS', block)
    monkeypatch.setattr(verification, '_MAX_KEPT', 10 if block == 7 else 10**6)
    with np.load(EMBEDDINGS) as data:
        embeds, ids = data['emb'], data['ids']
    embeds = embeds / np.linalg.norm(embeds, axis=1, keepdims=True)
    rates = true_accept_rates(embeds, ids, [*RATES])
    np.testing.assert_allclose(rates, [*RATES.values()], atol=1e-6)


def test_by_hand():
    """Three people; pairs by similarity: same, other, same, four others, ...

    Angles 0 and 10 are one person, 15 and 40 another, 90 a third. Differences of one
    person: 10, 25. Of two: 5, 15, 30, 40 and 50, 75, 80, 90, of which 5 comes first.
    """
    embeds, ids = at_angles(0, 10, 15, 40, 90), np.array([1, 1, 2, 2, 3])
    # Accepted in this order of differences: 5 (wrong), 10, 15 (wrong), 25, 30 (wrong).
    rates = true_accept_rates(embeds, ids, [1 / 8, 2 / 8, 7 / 8])
    assert rates == pytest.approx([0.5, 1.0, 1.0])
    # Between two points the curve is flat: a step goes right, then up.
    between = true_accept_rates(embeds, ids, [0.5 / 8, 1.5 / 8])
    assert between == pytest.approx([0.0, 0.5])


def test_equal_similarities_are_one_point():
    """Two pairs of one similarity, one right and one wrong, are accepted together."""
    embeds = np.array([[1.0, 0.0], [0.6, 0.8], [0.6, -0.8], [-1.0, 0.0]])
    ids = np.array([1, 1, 2, 3])
    # 0.6: first and second right, first and third wrong; the other four pairs are wrong
    # and less similar. Halfway to the point (1/5, 1) the rate is 1/2.
    assert true_accept_rates(embeds, ids, [0.1, 0.2]) == pytest.approx([0.5, 1.0])


@pytest.mark.parametrize('ids', [[1, 2, 3], [1, 1, 1], []])
def test_needs_both_kinds_of_pairs(ids):
    """Only different people, or only one, or nobody: there is nothing to verify."""
    with pytest.raises(DataError, match='verification needs both'):
        true_accept_rates(np.eye(3)[: len(ids)], np.array(ids), [0.1])
