"""Targets, decoding, and the contract of a detector: what the models share."""
