"""What can be wrong with a data set."""

from dataclasses import dataclass

WARNINGS = {
    'empty-frame': 'images without a box',
    'beyond-image': 'boxes of which the image shows nothing',
    'repeated-identity': 'identities that an image has twice',
    'one-box-identities': 'folders of stills in which every box is its own identity',
    'unused-identities': 'lists whose identities leave most numbers unused',
    'listed-twice': 'images that a list names more than once',
    'no-ground-truth': 'sequences to test on without gt/gt.txt',
    'no-seqinfo': 'sequences to test on without seqinfo.ini (30 frames a second then)',
}
ERRORS = {
    'bad-list': 'lists that cannot be read, or lines of them that name no image',
    'missing-image': 'images that are not there',
    'missing-label': 'images without a label file',
    'unreadable-image': 'files that are no image, or a damaged one',
    'wrong-size': 'images of another size than seqinfo.ini says',
    'column-count': 'lines with more or less than six columns',
    'not-a-number': 'lines with a word, or a value that is not finite',
    'class-out-of-range': 'classes that the data set does not have',
    'bad-identity': 'identities that are no whole number from -1 up',
    'no-area': 'boxes without area',
    'outside-range': 'boxes that are not divided by the image size, or not clipped',
    'exploded-identities': 'sequences with about as many identities as boxes',
    'shared-identity': 'identities that occur in two sequences',
    'train-val-overlap': 'images to train on that are tested on as well',
}
KINDS = ERRORS | WARNINGS


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with a data set.

    Attributes:
        kind: Key of `KINDS`.
        where: The file, and the line where there is one.
        what: The rest of the sentence.
    """

    kind: str
    where: str
    what: str

    @property
    def is_error(self) -> bool:
        """Whether training fails of it, or learns what is wrong."""
        return self.kind not in WARNINGS

    def __str__(self) -> str:
        return f'{self.where}: {self.what}'
