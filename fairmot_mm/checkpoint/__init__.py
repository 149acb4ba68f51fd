"""Checkpoints: loading, converting and publishing them, and the model zoo."""

from fairmot_mm.checkpoint.convert_published import convert_published
from fairmot_mm.checkpoint.export_published import export_published
from fairmot_mm.checkpoint.find_resume_checkpoint import find_resume_checkpoint
from fairmot_mm.checkpoint.fit_state_dict import fit_state_dict
from fairmot_mm.checkpoint.initial_weights import require_initial_weights
from fairmot_mm.checkpoint.load_checkpoint import load_checkpoint
from fairmot_mm.checkpoint.model_zoo import (
    ZooModel,
    default_model,
    find_model,
    list_models,
)
from fairmot_mm.checkpoint.publish_weights import publish_weights
from fairmot_mm.checkpoint.read_state_dict import read_state_dict
from fairmot_mm.checkpoint.zoo_weights import fetch_weights, weights_of

__all__ = [
    'ZooModel',
    'convert_published',
    'default_model',
    'export_published',
    'fetch_weights',
    'find_model',
    'find_resume_checkpoint',
    'fit_state_dict',
    'list_models',
    'load_checkpoint',
    'publish_weights',
    'read_state_dict',
    'require_initial_weights',
    'weights_of',
]
