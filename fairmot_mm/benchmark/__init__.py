"""Measuring how fast a network tracks and trains."""

from fairmot_mm.benchmark.measure import compare_tracks, measure_in_turn
from fairmot_mm.benchmark.process import call_in_processes, in_own_process
from fairmot_mm.benchmark.random_network import make_random_checkpoint
from fairmot_mm.benchmark.session import Job, Session
from fairmot_mm.benchmark.subject import Subject, prepare_subject
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
    'call_in_processes',
    'compare_tracks',
    'in_own_process',
    'make_random_checkpoint',
    'measure_in_turn',
    'prepare_subject',
]
