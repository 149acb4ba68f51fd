"""Embeddings of a teacher network for the boxes of a list, kept in a file."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fairmot_mm.datasets.label_index import LabelIndex
from fairmot_mm.utils.array_files import read_arrays
from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.errors import DataError

_ARRAYS = ('embeds', 'labels', 'teacher')
_TOOL = 'tools/dataset_converters/embed_with_teacher.py'


@dataclass(frozen=True)
class TeacherEmbeddings:
    """Embeddings of a teacher for the R rows of the labels of a list.

    Attributes:
        embeds: (R, D) float16 of unit length; zeros where there is none, as for ignore
            regions.
        labels: (32,) uint8, digest of the boxes that they belong to.
        teacher: (32,) uint8, digest of the network.
        file: Where they are kept.
    """

    embeds: np.ndarray
    labels: np.ndarray
    teacher: np.ndarray
    file: Path

    @classmethod
    def read(cls, file: Path) -> 'TeacherEmbeddings':
        """Read a file that `save` wrote.

        Args:
            file: The file.

        Raises:
            DataError: It is missing, damaged or of another kind.
        """
        try:
            arrays = read_arrays(file, _ARRAYS, 'a file of embeddings')
        except DataError as error:
            raise DataError(f'{error}: write it with {_TOOL}') from error
        embeds, labels = arrays['embeds'], arrays['labels']
        if embeds.ndim != 2 or embeds.dtype.kind != 'f' or labels.shape != (32,):
            raise DataError(
                f'{file} is not a file of embeddings: write it with {_TOOL}'
            )
        if not np.isfinite(embeds).all():
            raise DataError(
                f'{file} has embeddings that are not finite: write it again'
            )
        return cls(embeds, labels, arrays['teacher'], file)

    @classmethod
    def of(
        cls, index: LabelIndex, embeds: np.ndarray, teacher: np.ndarray, file: Path
    ) -> 'TeacherEmbeddings':
        """Bind embeddings to the labels that they were computed for.

        Args:
            index: The labels of the list, R rows.
            embeds: (R, D) embeddings.
            teacher: (32,) uint8, digest of the network.
            file: Where they will be kept.
        """
        return cls(embeds.astype(np.float16), _digest(index), teacher, file)

    def save(self) -> None:
        """Write the file; it appears once it is complete."""
        with atomic_path(self.file) as temporary, temporary.open('wb') as stream:
            np.savez(
                stream, embeds=self.embeds, labels=self.labels, teacher=self.teacher
            )

    def fits(self, index: LabelIndex) -> bool:
        """Whether the labels are those that the embeddings were computed for.

        Args:
            index: The labels of the list. Identities may be numbered anew.
        """
        return len(self.embeds) == len(index.rows) and bool(
            (self.labels == _digest(index)).all()
        )

    def require_labels(self, index: LabelIndex, ann_file: str) -> None:
        """Refuse to go with other labels.

        Args:
            index: The labels of the list.
            ann_file: The list, for the message.

        Raises:
            DataError: The labels differ.
        """
        if not self.fits(index):
            raise DataError(
                f'{self.file} was made for other labels than those of {ann_file} '
                f'({len(self.embeds)} lines, now {len(index.rows)}): '
                f'make it again with {_TOOL}'
            )


def read_embeddings(
    files: Sequence[Path | None],
) -> list[TeacherEmbeddings | None]:
    """Read the embeddings of several lists.

    Args:
        files: For each list its file or None.

    Returns:
        The embeddings of each list, None where it has none.

    Raises:
        DataError: A file cannot be used, or embeddings have different lengths.
    """
    found = [file if file is None else TeacherEmbeddings.read(file) for file in files]
    given = [one for one in found if one is not None]
    for one in given:
        if one.embeds.shape[1] != given[0].embeds.shape[1]:
            raise DataError(
                f'{one.file} has embeddings of {one.embeds.shape[1]} numbers and '
                f'{given[0].file} of {given[0].embeds.shape[1]}: use one teacher'
            )
    return found


def stack_embeddings(
    embeds: Sequence[TeacherEmbeddings | None], indices: Sequence[LabelIndex]
) -> np.ndarray | None:
    """Join the embeddings of lists.

    Args:
        embeds: Those of the first lists, None for a list without.
        indices: The labels of all lists, R rows in all.

    Returns:
        (R, D) float16, zeros where there is none; None without any embedding.
    """
    given = [one for one in embeds if one is not None]
    if not given:
        return None
    width = given[0].embeds.shape[1]
    missing = [None] * (len(indices) - len(embeds))
    return np.concatenate(
        [
            np.zeros((len(index.rows), width), np.float16)
            if one is None
            else one.embeds
            for one, index in zip([*embeds, *missing], indices, strict=True)
        ]
    )


def _digest(index: LabelIndex) -> np.ndarray:
    """(32,) uint8 digest of the boxes; identities may be numbered anew."""
    boxes = np.ascontiguousarray(index.rows[:, [0, 2, 3, 4, 5]])
    digest = hashlib.sha256(boxes.tobytes() + index.starts.tobytes()).digest()
    return np.frombuffer(digest, np.uint8)
