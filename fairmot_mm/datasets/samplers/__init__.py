"""Samplers for training and for tracking."""

from fairmot_mm.datasets.samplers.identity_batch_sampler import IdentityBatchSampler
from fairmot_mm.datasets.samplers.seeded_sampler import SeededSampler
from fairmot_mm.datasets.samplers.video_sampler import VideoSampler

__all__ = ['IdentityBatchSampler', 'SeededSampler', 'VideoSampler']
