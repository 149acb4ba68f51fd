"""What can be wrong with a data set."""

from dataclasses import dataclass

WARNINGS = {
    'empty-frame': 'images without a box',
    'beyond-image': 'boxes that lie beyond the image',
    'repeated-identity': 'identities that occur twice in an image',
    'one-box-identities': 'folders of stills in which every box has its own identity',
    'unused-identities': 'lists whose identities leave most numbers unused',
    'class-without-boxes': 'classes that are named, but have no box',
    'listed-twice': 'images that a list names more than once',
    'no-ground-truth': 'sequences to test on without gt/gt.txt',
    'no-seqinfo': 'sequences to test on without seqinfo.ini (30 frames a second then)',
}
ERRORS = {
    'bad-list': 'lists that cannot be read, or lines that name no image',
    'missing-image': 'images that do not exist',
    'missing-label': 'images without a label file',
    'bad-label': 'label files that cannot be read as text',
    'bad-seqinfo': 'sequences whose seqinfo.ini cannot be read',
    'unreadable-image': 'files that are damaged or not an image',
    'wrong-size': 'images whose size differs from seqinfo.ini',
    'column-count': 'lines that do not have six columns',
    'not-a-number': 'lines with a word or with a value that is not finite',
    'class-out-of-range': 'classes that the data set does not have',
    'bad-identity': 'identities that are not a whole number from -1 to 2^53 - 1',
    'no-area': 'boxes without area',
    'outside-range': 'boxes that are not divided by the image size, or are not clipped',
    'labelled-background': 'images of a background list whose label has a person',
    'bad-ground-truth': 'sequences to test on whose ground truth does not fit',
    'exploded-identities': 'sequences with about as many identities as boxes',
    'shared-identity': 'identities that occur in two sequences',
    'train-val-overlap': 'images that are both trained and tested on',
}
KINDS = ERRORS | WARNINGS


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with a data set.

    Attributes:
        kind: Key of `KINDS`.
        where: The file, with the line number if a line is wrong.
        what: Description of what is wrong.
    """

    kind: str
    where: str
    what: str

    @property
    def is_error(self) -> bool:
        """Whether the problem makes training fail or learn something wrong."""
        return self.kind not in WARNINGS

    def __str__(self) -> str:
        return f'{self.where}: {self.what}'
