"""The Python interface of fairmot_mm."""

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
from fairmot_mm.apis.build_tracker import build_tracker
from fairmot_mm.apis.detect_sequence import detect_sequence
from fairmot_mm.apis.init_model import init_model
from fairmot_mm.apis.multi_stream_inferencer import (
    MultiStreamInferencer,
    StreamResult,
)
from fairmot_mm.apis.track_inferencer import TrackInferencer
from fairmot_mm.apis.tracking_state import TrackingState
from fairmot_mm.checkpoint.convert_published import convert_published
from fairmot_mm.checkpoint.export_published import export_published
from fairmot_mm.checkpoint.find_resume_checkpoint import find_resume_checkpoint
from fairmot_mm.checkpoint.initial_weights import require_initial_weights
from fairmot_mm.checkpoint.load_checkpoint import load_checkpoint
from fairmot_mm.checkpoint.publish_weights import publish_weights
from fairmot_mm.checkpoint.read_state_dict import read_state_dict
from fairmot_mm.checkpoint.zoo_weights import fetch_weights, weights_of
from fairmot_mm.config.build import (
    build_component,
    build_runner,
    explain_build_errors,
)
from fairmot_mm.config.load_config import load_config
from fairmot_mm.config.load_run_config import load_run_config
from fairmot_mm.config.num_ids import set_num_ids
from fairmot_mm.inference.accelerate import accelerate
from fairmot_mm.inference.inference_options import InferenceOptions
from fairmot_mm.utils.model_zoo import (
    ZooModel,
    default_model,
    find_model,
    list_models,
)

__all__ = [
    'InferenceOptions',
    'MultiStreamInferencer',
    'StreamResult',
    'TrackInferencer',
    'TrackingState',
    'ZooModel',
    'accelerate',
    'build_component',
    'build_runner',
    'build_tracker',
    'convert_published',
    'default_model',
    'detect_sequence',
    'explain_build_errors',
    'export_published',
    'fetch_weights',
    'find_model',
    'find_resume_checkpoint',
    'init_model',
    'list_models',
    'load_checkpoint',
    'load_config',
    'load_run_config',
    'publish_weights',
    'read_state_dict',
    'require_initial_weights',
    'set_num_ids',
    'weights_of',
]
