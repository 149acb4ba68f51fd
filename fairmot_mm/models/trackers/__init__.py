"""Online trackers: detections of one frame in, tracks of that frame out."""

from fairmot_mm.models.trackers.jde_tracker import JDETracker
from fairmot_mm.models.trackers.low_score_association import LowScoreAssociation

__all__ = ['JDETracker', 'LowScoreAssociation']
