"""Checkpoints: loading, converting and publishing them, and the model zoo."""

import fairmot_mm.environment  # noqa: F401, the first import
