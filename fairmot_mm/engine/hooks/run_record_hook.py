"""What a run was made of, and what came out, in files beside its log."""

import json
import math
import platform
import re
import shlex
import sys
from datetime import datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from mmengine.dist import get_world_size, master_only
from mmengine.hooks import Hook
from mmengine.runner import EpochBasedTrainLoop, Runner
from mmengine.utils.dl_utils import collect_env

import fairmot_mm
from fairmot_mm.engine.sequence_scores import split_scores
from fairmot_mm.registry import HOOKS
from fairmot_mm.utils import write_text
from fairmot_mm.utils.git_state import git_state


@HOOKS.register_module()
class RunRecordHook(Hook):
    """Write ``record.json``, ``<repository>.diff`` and ``metrics.json`` of every start.

    They lie in the run's own folder ``<work dir>/<timestamp>``, beside its log and the
    config in ``vis_data``, so a resumed run leaves the record of the start before.

    ``record.json`` has the command line, the versions of everything installed, the
    machine, and of the repositories that the run was started in, that its config lies
    in and that this package lies in the commit; what was changed since is in the diff.
    No environment variables are written, and passwords of addresses are masked; other
    secrets do not belong on a command line or in a config.

    ``metrics.json`` is a list with an entry for every validation and test: epoch,
    iteration, the scores of all together and those of each sequence.
    """

    # Its files are there before back-ends gather what a run left.
    priority = 'NORMAL'

    def __init__(self) -> None:
        self._metrics: list[dict[str, Any]] = []

    @master_only
    def before_run(self, runner: Runner) -> None:
        """Write down what the run is made of."""
        folder = Path(runner.log_dir)
        config = runner.cfg.filename
        places = [Path.cwd(), Path(fairmot_mm.__file__).parent]
        if config:
            places.insert(1, Path(config).absolute().parent)
        states = {state.root: state for state in map(git_state, places) if state}
        repositories = []
        for number, (root, state) in enumerate(states.items()):
            name = f'{root.name}.diff' if number == 0 else f'{root.name}-{number}.diff'
            if state.diff:
                write_text(folder / name, state.diff)
            repositories.append(
                {
                    'folder': str(root),
                    'commit': state.commit,
                    'branch': state.branch,
                    'untracked': state.untracked,
                    'changes': name if state.diff else None,
                }
            )
        record = {
            'started': _now(),
            'command': _without_passwords(shlex.join([sys.executable, *sys.argv])),
            'folder': str(Path.cwd()),
            'config': config,
            'machine': platform.node(),
            'processes': get_world_size(),
            'launcher': runner.launcher,
            'seed': runner.seed,
            'repositories': repositories,
            'environment': collect_env(),
            'packages': dict(sorted((d.name, d.version) for d in distributions())),
        }
        _write(folder / 'record.json', record)

    def after_val_epoch(
        self, runner: Runner, metrics: dict[str, Any] | None = None
    ) -> None:
        """Write down the scores of a validation."""
        self._add(runner, 'val', metrics)

    def after_test_epoch(
        self, runner: Runner, metrics: dict[str, Any] | None = None
    ) -> None:
        """Write down the scores of a test."""
        self._add(runner, 'test', metrics)

    @master_only
    def _add(self, runner: Runner, phase: str, metrics: dict[str, Any] | None) -> None:
        entry: dict[str, Any] = {'phase': phase, 'time': _now()}
        if phase == 'val' and runner.cfg.get('train_cfg'):
            loop = runner.train_loop
            entry['iteration'] = loop.iter
            if isinstance(loop, EpochBasedTrainLoop):
                entry['epoch'] = loop.epoch
        entry['overall'], entry['sequences'] = split_scores(metrics or {})
        self._metrics.append(entry)
        _write(Path(runner.log_dir) / 'metrics.json', self._metrics)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec='seconds')


def _without_passwords(text: str) -> str:
    """Mask what stands before the @ of addresses."""
    return re.sub(r'(://)[^/\s@]+@', r'\1***@', text)


def _write(path: Path, content: Any) -> None:
    write_text(path, json.dumps(_plain(content), indent=1) + '\n')


def _plain(value: Any) -> Any:
    """What JSON can hold; of numbers that are not finite it has none."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, 'tolist'):  # of numpy and torch
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)
