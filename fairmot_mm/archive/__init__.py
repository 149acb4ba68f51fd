"""Tracking an archive: thousands of videos on one machine or on a cluster."""

import fairmot_mm.environment  # noqa: F401, the first import
