"""Checkpoints: loading, converting and publishing them, and the model zoo."""
