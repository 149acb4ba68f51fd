"""Stories of people who leave and return."""

import numpy as np
import pytest

from fairmot_mm.models.task_modules.reentry_gallery import ReentryGallery
from fairmot_mm.utils import ConfigError

ALICE, BOB, CARL = np.eye(3, 8, dtype=np.float32)


def blend(a, b, share):
    vector = (1 - share) * a + share * b
    return vector / np.linalg.norm(vector)


def labels_of(rows):
    return np.zeros(len(rows), dtype=np.int64)


def remember(gallery, ids, embeds, time=0.0):
    gallery.add(np.array(ids), labels_of(ids), np.array(embeds), time)


def ask(gallery, embeds, time=1.0):
    return gallery.recall(labels_of(embeds), np.array(embeds), time).tolist()


def test_who_returns_gets_the_identity_back_once():
    """Alice is recognised, a stranger is not; a second Alice is somebody new."""
    gallery = ReentryGallery()
    remember(gallery, [4, 7], [ALICE, BOB])
    assert ask(gallery, [CARL, blend(ALICE, CARL, 0.2)]) == [0, 4]
    assert ask(gallery, [ALICE]) == [0]
    assert len(gallery) == 1


def test_two_who_return_at_once_get_the_best_pairing():
    """One identity goes to one track: to the pair that is best for both."""
    gallery = ReentryGallery(margin=0, cosine_thr=0.9)
    remember(gallery, [1, 2], [ALICE, BOB])
    near_alice, nearer_alice = blend(ALICE, BOB, 0.4), blend(ALICE, BOB, 0.1)
    assert ask(gallery, [near_alice, nearer_alice]) == [2, 1]
    remember(gallery, [1], [ALICE])
    assert ask(gallery, [ALICE, ALICE]).count(1) == 1


def test_look_alikes_are_no_evidence():
    """Between two who look the same the gallery does not choose."""
    gallery = ReentryGallery(margin=0.05)
    remember(gallery, [1, 2], [ALICE, blend(ALICE, BOB, 0.05)])
    assert ask(gallery, [ALICE]) == [0]
    assert len(gallery) == 2


def test_memory_is_bounded_and_fades():
    """The first to leave are forgotten first; after max_age so is everybody."""
    gallery = ReentryGallery(max_size=2, max_age=10, margin=0)
    remember(gallery, [1, 2], [ALICE, BOB], time=0)
    remember(gallery, [3], [CARL], time=5)
    assert ask(gallery, [ALICE], time=6) == [0]
    assert ask(gallery, [BOB], time=11) == [0]
    assert ask(gallery, [CARL], time=15) == [3]
    for k in range(50):
        remember(gallery, [10 + k], [ALICE], time=20 + k)
    assert len(gallery) == 2


def test_classes_stay_apart():
    """A car never gets the identity of a person, nor counts as a look-alike."""
    gallery = ReentryGallery()
    embeds = np.array([ALICE, ALICE])
    gallery.add(np.array([1, 2]), np.array([0, 1]), embeds, 0.0)
    assert gallery.recall(np.array([2]), embeds[:1], 0.0).tolist() == [0]
    assert gallery.recall(np.array([1]), embeds[:1], 0.0).tolist() == [2]


def test_empty_gallery_and_nobody_to_ask_about():
    """Nothing remembered, nothing asked: nothing happens."""
    gallery = ReentryGallery()
    assert ask(gallery, [ALICE]) == [0]
    remember(gallery, [1], [ALICE])
    assert gallery.recall(labels_of([]), np.zeros((0, 8)), 0.0).shape == (0,)
    gallery.reset()
    assert len(gallery) == 0
    assert ask(gallery, [ALICE]) == [0]


@pytest.mark.parametrize(
    'bad', [dict(max_size=0), dict(max_age=0), dict(cosine_thr=0), dict(margin=-1)]
)
def test_senseless_values(bad):
    """Values that cannot work are named."""
    with pytest.raises(ConfigError, match=next(iter(bad))):
        ReentryGallery(**bad)
