"""Measuring how fast a network tracks and trains."""
