"""Seeded street videos of walking people with exact ground truth."""

from fairmot_mm.testing.synthetic.scene import CAMERAS, SyntheticScene
from fairmot_mm.testing.synthetic.writer import write_sequence

__all__ = ['CAMERAS', 'SyntheticScene', 'write_sequence']
