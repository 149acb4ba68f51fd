"""Heads that embed identities."""

from fairmot_mm.models.reid_heads.dense_reid_head import DenseReIDHead

__all__ = ['DenseReIDHead']
