"""Online trackers: detections of one frame in, tracks of that frame out."""

from fairmot_mm.models.trackers.appearance_stage import AppearanceStage
from fairmot_mm.models.trackers.association import Pairs
from fairmot_mm.models.trackers.chunk_join import ChunkJoin, ChunkTracks
from fairmot_mm.models.trackers.jde_tracker import JDETracker
from fairmot_mm.models.trackers.likelihood_stage import LikelihoodStage
from fairmot_mm.models.trackers.low_score_association import LowScoreAssociation
from fairmot_mm.models.trackers.motion_model import MotionModel
from fairmot_mm.models.trackers.overlap_stage import OverlapStage
from fairmot_mm.models.trackers.stage import Stage, StageInput
from fairmot_mm.models.trackers.track_birth import TrackBirth

__all__ = [
    'AppearanceStage',
    'ChunkJoin',
    'ChunkTracks',
    'JDETracker',
    'LikelihoodStage',
    'LowScoreAssociation',
    'MotionModel',
    'OverlapStage',
    'Pairs',
    'Stage',
    'StageInput',
    'TrackBirth',
]
