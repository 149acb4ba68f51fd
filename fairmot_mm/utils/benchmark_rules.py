"""Classes of the benchmarks, and which of their boxes count in labels and scores."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from fairmot_mm.utils.benchmark_classes import (
    BDD100K_SCORED,
    IGNORE_NAME,
    VISDRONE_SCORED,
)
from fairmot_mm.utils.named_rows import NamedRows

# Number of ignore regions in ground truth of several classes.
IGNORE_REGION = 0


class RuledRows(NamedTuple):
    """What the rules of a benchmark make of the N rows of a ground truth.

    Attributes:
        names: (N,) object, names of the classes; a neighbour of a class has its name.
        is_neutral: (N,) bool, boxes that are neither to be found nor to be left alone:
            results that match them do not count.
        is_region: (N,) bool, ignore regions of all classes.
    """

    names: np.ndarray
    is_neutral: np.ndarray
    is_region: np.ndarray


@dataclass(frozen=True)
class BenchmarkRules:
    """Which boxes of a benchmark of several classes count.

    Attributes:
        classes: Names of the classes that the benchmark scores, in lower case.
        neighbours: Names of classes so similar to a scored one that results which match
            them do not count, with the name of the scored class.
        regions: Names of classes whose boxes are ignore regions.
        max_truncation: Boxes of a larger truncation are neutral.
        max_occlusion: Boxes of a larger occlusion are neutral.
        min_height: Results without a match that are not higher than this number of
            pixels do not count.
        groups: Classes that are also scored together, by the name of the group.
    """

    classes: tuple[str, ...] = ()
    neighbours: Mapping[str, str] = field(default_factory=dict)
    regions: frozenset[str] = frozenset()
    max_truncation: float = math.inf
    max_occlusion: float = math.inf
    min_height: float = -math.inf
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def apply(self, rows: NamedRows) -> RuledRows:
        """Find out which rows of a ground truth count.

        Args:
            rows: The N rows.

        Returns:
            Their classes, and which of them are neutral or ignore regions.
        """
        is_region = rows.is_crowd | np.isin(rows.names, [*self.regions])
        names = np.array(
            [self.neighbours.get(name, name) for name in rows.names], object
        )
        is_neutral = np.isin(rows.names, [*self.neighbours])
        # TrackEval compares the whole number below.
        is_neutral |= np.floor(rows.truncation) > self.max_truncation
        is_neutral |= np.floor(rows.occlusion) > self.max_occlusion
        return RuledRows(names, is_neutral & ~is_region, is_region)


# Van and sitting person are neighbours; objects that leave the image or whose state of
# occlusion is unknown (3) are neutral, as in TrackEval's `Kitti2DBox`.
KITTI_RULES = BenchmarkRules(
    classes=('pedestrian', 'car'),
    neighbours={'van': 'car', 'person': 'pedestrian', 'person_sitting': 'pedestrian'},
    regions=frozenset({'dontcare'}),
    max_truncation=0,
    max_occlusion=2,
    min_height=25,
)
BDD100K_RULES = BenchmarkRules(
    classes=BDD100K_SCORED,
    regions=frozenset({'other person', 'trailer', 'other vehicle'}),
    groups={
        'HUMAN': ('pedestrian', 'rider'),
        'VEHICLE': ('car', 'truck', 'bus', 'train'),
        'BIKE': ('motorcycle', 'bicycle'),
    },
)
VISDRONE_RULES = BenchmarkRules(
    classes=VISDRONE_SCORED,
    regions=frozenset({IGNORE_NAME, 'others'}),
)
