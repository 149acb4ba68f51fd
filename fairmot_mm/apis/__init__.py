"""The Python face of fairmot_mm."""

from fairmot_mm.apis.build_tracker import build_tracker
from fairmot_mm.apis.detect_sequence import detect_sequence
from fairmot_mm.apis.init_model import init_model
from fairmot_mm.apis.multi_stream_inferencer import (
    MultiStreamInferencer,
    StreamResult,
)
from fairmot_mm.apis.track_inferencer import TrackInferencer
from fairmot_mm.checkpoint import (
    ZooModel,
    convert_published,
    default_model,
    export_published,
    fetch_weights,
    find_model,
    find_resume_checkpoint,
    list_models,
    load_checkpoint,
    publish_weights,
    read_state_dict,
    require_initial_weights,
    weights_of,
)
from fairmot_mm.config import (
    build_component,
    build_runner,
    explain_build_errors,
    load_config,
    load_run_config,
    set_num_ids,
)
from fairmot_mm.inference.accelerate import accelerate
from fairmot_mm.inference.inference_options import InferenceOptions

__all__ = [
    'InferenceOptions',
    'MultiStreamInferencer',
    'StreamResult',
    'TrackInferencer',
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
