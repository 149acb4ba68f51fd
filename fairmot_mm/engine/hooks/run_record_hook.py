"""Files that record the code, the packages, the machine and the scores of a run."""

import json
import platform
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
from fairmot_mm.utils.urls import hide_secrets


@HOOKS.register_module()
class RunRecordHook(Hook):
    """Write ``record.json``, ``<repository>.diff`` and ``metrics.json`` of every start.

    The files lie in the folder of the start, ``<work dir>/<timestamp>``, with its log
    and its ``vis_data``. A resumed run has a new folder, so it keeps the older record.

    ``record.json`` has the command line, the machine and the versions of all installed
    packages. It also has the commit of three repositories: that of the current folder,
    that of the config and that of this package. The ``.diff`` files hold the changes
    since these commits. Environment variables are not written, and passwords in
    addresses are masked. Do not put other secrets on a command line or into a config.

    ``metrics.json`` is a list with one entry for each validation and test: epoch,
    iteration, the scores over all sequences and the scores of each sequence.
    """

    # The files exist before a back-end of the visualizer uploads the folder.
    priority = 'NORMAL'

    def __init__(self) -> None:
        self._metrics: list[dict[str, Any]] = []

    @master_only
    def before_run(self, runner: Runner) -> None:
        """Write ``record.json`` and the ``.diff`` files."""
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
            entry = {**state._asdict(), 'changes': name if state.diff else None}
            entry['folder'] = entry.pop('root')
            del entry['diff']
            repositories.append(entry)
        record = {
            'started': _now(),
            'command': hide_secrets(shlex.join(_command_line())),
            'folder': str(Path.cwd()),
            'config': config,
            'machine': platform.node(),
            'processes': get_world_size(),
            'launcher': runner.launcher,
            'seed': runner.seed,
            'repositories': repositories,
            'environment': _environment(),
            'packages': _packages(),
        }
        _write(folder / 'record.json', record)

    def after_val_epoch(
        self, runner: Runner, metrics: dict[str, Any] | None = None
    ) -> None:
        """Add the scores of a validation to ``metrics.json``."""
        self._add(runner, 'val', metrics)

    def after_test_epoch(
        self, runner: Runner, metrics: dict[str, Any] | None = None
    ) -> None:
        """Add the scores of a test to ``metrics.json``."""
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


def _command_line() -> list[str]:
    """Give the words that started this process, as a shell takes them."""
    program, *arguments = sys.argv
    if Path(program).is_file():
        return [sys.executable, program, *arguments]
    return [*program.split(), *arguments]  # `fairmot train`


def _environment() -> dict[str, Any]:
    """The machine as mmengine describes it, or why it cannot.

    mmengine calls compilers and drivers, which may be broken in any way; this must not
    end a training.
    """
    try:
        return dict(collect_env())
    except Exception as error:
        return {'error': repr(error)}


def _packages() -> dict[str, str]:
    """Versions of all installed packages by name.

    A package whose description is damaged, as an interrupted installation leaves it, is
    listed with the error.
    """
    found = {}
    for number, package in enumerate(distributions()):
        folder = getattr(package, '_path', f'package {number}')
        try:
            name, version = package.metadata['Name'], package.metadata['Version']
        except Exception as error:
            name, version = None, repr(error)
        found[str(name or folder)] = str(version or 'damaged: no version')
    return dict(sorted(found.items()))


def _write(path: Path, content: Any) -> None:
    """Write a JSON file; numbers that are not finite become null."""
    text = json.dumps(content, default=_plain)
    content = json.loads(text, parse_constant=lambda _: None)
    write_text(path, json.dumps(content, indent=1) + '\n')


def _plain(value: Any) -> Any:
    """Convert numbers and arrays of numpy and torch; describe anything else in text."""
    return value.tolist() if hasattr(value, 'tolist') else str(value)
