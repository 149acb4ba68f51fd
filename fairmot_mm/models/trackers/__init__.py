"""Online trackers: detections of one frame in, tracks of that frame out."""

from fairmot_mm.models.trackers.jde_tracker import JDETracker

__all__ = ['JDETracker']
