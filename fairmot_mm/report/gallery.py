"""Moments as cards of a page."""

from collections.abc import Hashable, Mapping, Sequence

from fairmot_mm.report.moments import Moment
from fairmot_mm.report.page import Card, Gallery, Picture

# Each picture as an address with its content.
Pictures = Mapping[Hashable, str]


def make_gallery(moments: Sequence[Moment], pictures: Pictures) -> Gallery:
    """Make a card for each moment.

    Args:
        moments: The moments.
        pictures: What `take_pictures` gives; without images there are none.

    Returns:
        The cards, with pictures where there are some.
    """
    return Gallery(
        [
            Card(
                moment.title,
                moment.text,
                [
                    Picture(pictures[snapshot], text)
                    for snapshot, text in moment.snapshots
                    if snapshot in pictures
                ],
                moment.details,
            )
            for moment in moments
        ]
    )
