"""Heads that detect objects."""

from fairmot_mm.models.dense_heads.center_head import CenterHead

__all__ = ['CenterHead']
