"""Measuring how fast a network tracks and trains."""

import fairmot_mm.environment  # noqa: F401, the first import
