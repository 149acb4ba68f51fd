"""The report of a run: one HTML file with scores, charts, time lines and pictures."""

import fairmot_mm.environment  # noqa: F401, the first import
