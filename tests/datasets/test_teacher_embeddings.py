import numpy as np
import pytest

from fairmot_mm.datasets import JDEDataset
from fairmot_mm.datasets.label_index import index_labels
from fairmot_mm.datasets.teacher_embeddings import TeacherEmbeddings
from fairmot_mm.utils import DataError

LABELS = ['0 4 0.5 0.5 0.4 0.8\n-1 -1 0.2 0.5 0.1 0.2\n', '', '0 1 0.3 0.5 0.1 0.4\n']
DIGEST = np.zeros(32, np.uint8)


@pytest.fixture
def sets(make_jde_set, tmp_path):
    """Two sets; gives the arguments of JDEDataset, with embeddings of the first."""
    arguments = make_jde_set(a=LABELS, b=LABELS[2:])
    index = index_labels(f'{tmp_path}/a.train', str(tmp_path), None)
    embeds = np.float32([[0.6, 0.8, 0], [0, 0, 0], [0, 0, 1]])
    TeacherEmbeddings.of(index, embeds, DIGEST, tmp_path / 'a.npz').save()
    return {**arguments, 'teacher_embeds': ['a.npz', None]}


def test_rows_go_with_their_images(sets):
    """Each image has the rows of its labels; a list without a file has zeros."""
    dataset = JDEDataset(**sets)
    rows = [dataset.get_data_info(k)['teacher_embeds'] for k in range(4)]
    assert [len(own) for own in rows] == [2, 0, 1, 1]
    np.testing.assert_allclose(rows[0], [[0.6, 0.8, 0], [0, 0, 0]], atol=1e-3)
    assert rows[2].tolist() == [[0, 0, 1]]
    assert not rows[3].any()


def test_no_embeddings_no_key(sets):
    """Samples of trainings without a teacher stay as they are."""
    del sets['teacher_embeds']
    assert 'teacher_embeds' not in JDEDataset(**sets).get_data_info(0)


@pytest.mark.parametrize('text', ['0 1 0.3 0.5 0.1 0.5\n', '', 2 * LABELS[2]])
def test_other_labels_are_refused(sets, text, tmp_path):
    """A box that moved, went or came since then."""
    (tmp_path / 'a/labels_with_ids/002.txt').write_text(text)
    with pytest.raises(DataError, match=r'a.npz was made for other labels than .*a.tr'):
        JDEDataset(**sets, index_dir=None)


def test_other_identities_are_fine(sets, tmp_path):
    """Embeddings belong to boxes, so identities may be numbered anew."""
    (tmp_path / 'a/labels_with_ids/002.txt').write_text('0 9 0.3 0.5 0.1 0.4\n')
    dataset = JDEDataset(**sets, index_dir=None, renumber_ids=True)
    assert dataset.get_data_info(2)['teacher_embeds'].tolist() == [[0, 0, 1]]


def test_teachers_of_two_widths(sets, tmp_path):
    """Which file has which width is said."""
    index = index_labels(f'{tmp_path}/b.train', str(tmp_path), None)
    TeacherEmbeddings.of(index, np.ones((1, 2)), DIGEST, tmp_path / 'b.npz').save()
    sets['teacher_embeds'] = ['a.npz', 'b.npz']
    with pytest.raises(DataError, match=r'b.npz has .* 2 numbers and .*a.npz of 3'):
        JDEDataset(**sets)


def test_not_finite(sets, tmp_path):
    """A NaN would reach the loss."""
    index = index_labels(f'{tmp_path}/a.train', str(tmp_path), None)
    embeds = np.full((3, 2), np.nan)
    TeacherEmbeddings.of(index, embeds, DIGEST, tmp_path / 'a.npz').save()
    with pytest.raises(DataError, match='not finite'):
        JDEDataset(**sets)
