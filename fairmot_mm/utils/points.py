"""Lines and polygons that a user draws into a picture."""

import argparse
from collections.abc import Sequence
from itertools import combinations, pairwise
from numbers import Integral
from typing import TypeAlias

from fairmot_mm.utils.errors import ConfigError, DataError
from fairmot_mm.utils.exact_numbers import whole_number

# (x, y) of each point in pixels of the frame.
Points: TypeAlias = Sequence[tuple[int, int]]


def line_points(text: str) -> Points:
    """Read the value of an option that is a line, as in ``0,300,1280,300``.

    Args:
        text: As written on the command line.

    Returns:
        Two points.

    Raises:
        ArgumentTypeError: It is another value, or the line has no length.
    """
    return _read(text, 'line', 'x1,y1,x2,y2')


def polygon_points(text: str) -> Points:
    """Read the value of an option that is a polygon, as in ``0,0,100,0,50,80``.

    Args:
        text: As written on the command line.

    Returns:
        Three or more points.

    Raises:
        ArgumentTypeError: It is another value, or the polygon has no area.
    """
    return _read(text, 'polygon', 'x1,y1,x2,y2,x3,y3 and so on')


def _read(text: str, kind: str, form: str) -> Points:
    words = text.split(',')
    try:
        numbers = [whole_number(word, 'coordinate', low=0) for word in words]
        if len(numbers) % 2:
            raise DataError(f'{len(numbers)} numbers are no pairs of x and y')
        points = [*zip(numbers[::2], numbers[1::2], strict=True)]
        require_extent(kind, points)
    except (DataError, ConfigError) as error:
        raise argparse.ArgumentTypeError(
            f'{text!r}: {error}; give {form} in whole pixels of the picture'
        ) from error
    return points


def require_extent(kind: str, points: Points) -> None:
    """Check that points are a line with a length, or a polygon with an area.

    Args:
        kind: ``line`` or ``polygon``, for the message too.
        points: The points.

    Raises:
        ConfigError: They are not.
    """
    try:
        corners = [
            [
                # numpy's whole numbers are no int
                whole_number(
                    int(value) if isinstance(value, Integral) else value,
                    'coordinate',
                    low=0,
                )
                for value in point
            ]
            for point in points
        ]
    except (TypeError, DataError) as error:
        raise ConfigError(f'{kind} {points!r}: {error}') from error
    if any(len(corner) != 2 for corner in corners):
        raise ConfigError(f'{kind} {points!r}: a point is x and y')
    if kind == 'line':
        if len(corners) != 2:
            raise ConfigError(f'a line has two points, not {len(corners)}')
        if corners[0] == corners[1]:
            raise ConfigError('the line has no length')
        return
    if len(corners) < 3:
        raise ConfigError(f'a polygon has three points or more, not {len(corners)}')
    edges = [*pairwise([*corners, corners[0]])]
    if sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in edges) == 0:
        raise ConfigError('the polygon has no area')
    if any(_cross(*pair) for pair in combinations(edges, 2)):
        raise ConfigError(
            'the sides of the polygon cross each other; give its points in their order '
            'around it'
        )


def _cross(
    first: tuple[list[int], list[int]], second: tuple[list[int], list[int]]
) -> bool:
    """Whether two sides have an inner point in common, not only an end."""
    return all(
        _side(*one, other[0]) * _side(*one, other[1]) < 0
        for one, other in ((first, second), (second, first))
    )


def _side(start: Sequence[int], end: Sequence[int], point: Sequence[int]) -> int:
    """Positive or negative: on which side of a line a point is; 0 on the line."""
    (x1, y1), (x2, y2), (x, y) = start, end, point
    return (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)


def require_inside(name: str, points: Points, size: tuple[int, int]) -> None:
    """Check that a line or polygon lies in the picture.

    Args:
        name: What it is, for the message.
        points: The points.
        size: Width and height of the picture in pixels.

    Raises:
        ConfigError: A point lies outside.
    """
    for x, y in points:
        if x > size[0] or y > size[1]:
            raise ConfigError(
                f'{name}: the point {x},{y} is not in the picture, which is '
                f'{size[0]} pixels wide and {size[1]} high'
            )
