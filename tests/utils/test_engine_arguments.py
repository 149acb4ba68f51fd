import argparse

import pytest

from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.engine_arguments import (
    add_engine_arguments,
    check_engine_arguments,
)


def check(*words, default='local'):
    parser = argparse.ArgumentParser()
    add_engine_arguments(parser, default)
    check_engine_arguments(parser.parse_args(words))


@pytest.mark.parametrize(
    'words',
    [
        '',
        '--workers 2 --cpus-per-worker 2',
        '--engine ray --gpus-per-worker 0.5 --ray-address auto',
        '--engine slurm --workers 2 --slurm-args=--partition=a --slurm-folder b',
    ],
)
def test_what_an_engine_takes(words):
    """Each engine with its own options."""
    check(*words.split())


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        ('--engine slurm', '--engine slurm needs --workers'),
        ('--ray-address auto', '--ray-address is for --engine ray'),
        ('--engine slurm --workers 2 --gpus-per-worker 1', 'is for --engine ray'),
        ('--slurm-folder a', '--slurm-folder is for --engine slurm'),
        ('--engine ray --slurm-args=-pa', '--slurm-args is for --engine slurm'),
    ],
)
def test_what_would_do_nothing(words, message):
    """An option of another engine, and an engine without what it needs."""
    with pytest.raises(ConfigError, match=message):
        check(*words.split())


def test_workers_without_an_engine():
    """A command that works in one process by itself."""
    check(default=None)
    with pytest.raises(ConfigError, match='--workers needs --engine'):
        check('--workers', '2', default=None)
