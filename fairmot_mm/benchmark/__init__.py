"""Measuring how fast a network tracks and trains."""

from fairmot_mm.benchmark.inputs import (
    Subject,
    parse_size,
    prepare_subject,
    variants_for,
)
from fairmot_mm.benchmark.measure import (
    compare_tracks,
    measure_in_full,
    measure_side_by_side,
)
from fairmot_mm.benchmark.process import in_own_process
from fairmot_mm.benchmark.random_weights import make_random_checkpoint
from fairmot_mm.benchmark.session import Job, Session
from fairmot_mm.benchmark.training_session import TrainingSession
from fairmot_mm.benchmark.variant import ON_CPU, ON_GPU, Variant

__all__ = [
    'ON_CPU',
    'ON_GPU',
    'Job',
    'Session',
    'Subject',
    'TrainingSession',
    'Variant',
    'compare_tracks',
    'in_own_process',
    'make_random_checkpoint',
    'measure_in_full',
    'measure_side_by_side',
    'parse_size',
    'prepare_subject',
    'variants_for',
]
