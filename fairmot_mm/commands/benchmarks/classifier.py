"""Measure classifiers of very many identities: time and memory of a training step.

A step is forward, backward and update of only the classifier, from embeddings of people
with random identities, on one core a process: nn.Linear with Adam, then
PartialClassifier with all identities, sampled with Adam, sampled with RowAdam, and
split among processes. Each variant runs in its own processes. "peak MB" is what one
process grew by; "kept MB" is what stays between steps: weights and the state of the
optimizer. Every process has its own --people.
"""

import argparse

from fairmot_mm.utils.cli import add_number_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the sub-command."""
    add_number_arguments(
        parser,
        identities=(340_000, 'number of identities'),
        people=(300, 'number of people in a batch'),
        embed_dims=(128, 'length of an embedding'),
        sample_ratio=(0.1, 'share of the identities in a sample'),
        shards=(2, 'number of processes that share the identities'),
        steps=(5, 'number of timed steps'),
    )
