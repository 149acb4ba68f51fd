"""Helpers for tests and the demo."""

from fairmot_mm.testing.synthetic import SyntheticScene, write_sequence

__all__ = ['SyntheticScene', 'write_sequence']
