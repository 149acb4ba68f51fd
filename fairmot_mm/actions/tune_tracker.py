"""Searches for settings of a tracker with Optuna."""

import argparse
import json
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from fairmot_mm.actions.search_space import holds, narrow, read_space, value_at
from fairmot_mm.apis import build_tracker, load_config
from fairmot_mm.evaluation import (
    OVERALL,
    DetectedSequence,
    load_all_detections,
    score_tracker,
)
from fairmot_mm.utils import ConfigError, require_writable_dir, write_text
from fairmot_mm.utils.inputs import PUBLISHED
from fairmot_mm.utils.tunable import Values

try:
    import optuna
except ImportError:  # an extra: the package works without it
    optuna = None  # type: ignore[assignment]

ENDED = ('COMPLETE', 'PRUNED')
SHOWN = ('HOTA', 'IDF1', 'MOTA', 'IDSW')
MEAN = 'mean'  # of the ratios among these


def value_of(scores: dict[str, float], metric: str) -> float:
    """Read a metric out of the scores of a trial."""
    if metric == MEAN:
        return (scores['HOTA'] + scores['IDF1'] + scores['MOTA']) / 3
    return scores[metric]


def base_config(args: argparse.Namespace) -> Config:
    """Make a config that has only the tracker to start from."""
    tracker: Any = PUBLISHED['model']['tracker']
    if args.config:
        tracker = load_config(args.config, args.cfg_options).model.get('tracker')
    if not tracker:
        raise ConfigError(f'{args.config} has no model.tracker')
    return Config({'model': {'tracker': tracker}})


@dataclass(frozen=True)
class Search:
    """What a search varies, on which data, and by which score.

    Attributes:
        cfg: Config with the tracker to start from.
        space: Ranges and choices by key of the tracker.
        sequences: Detections and ground truth.
        metric: Score that shall become as large as possible.
        protocol: Rules of the scores.
        validation: Other detections and ground truth, which the search does not see.
    """

    cfg: Config
    space: dict[str, Values]
    sequences: list[DetectedSequence]
    metric: str
    protocol: str
    validation: list[DetectedSequence]

    def score(
        self,
        settings: dict[str, Any],
        sequences: list[DetectedSequence] | None = None,
    ) -> dict[str, float]:
        """Score the tracker over all sequences with some settings changed.

        Args:
            settings: Values by key of the tracker.
            sequences: Sequences to score it on; those of the search by default.

        Returns:
            The scores of all sequences together.
        """
        options = {f'model.tracker.{key}': value for key, value in settings.items()}
        tracker = build_tracker(self.cfg, options)
        sequences = sequences or self.sequences
        scores = score_tracker(tracker, sequences, self.protocol)[OVERALL]
        return {name: scores[name] for name in SHOWN}

    def start(self) -> dict[str, Any]:
        """The values of the space that the tracker has now, where they are in it."""
        now = {key: value_at(self.cfg.model.tracker, key) for key in self.space}
        return {key: now[key] for key in now if holds(self.space[key], now[key])}

    def __call__(self, trial: 'optuna.Trial') -> float:
        """Compute the metric with values drawn for a trial."""
        settings: dict[str, Any] = {}
        for key, limits in self.space.items():
            if isinstance(limits, list):
                settings[key] = trial.suggest_categorical(key, limits)
            elif all(isinstance(limit, int) for limit in limits):
                settings[key] = trial.suggest_int(key, *map(int, limits))
            else:
                settings[key] = trial.suggest_float(key, *limits)
        try:
            scores = self.score(settings)
        except ConfigError as error:  # values that do not go together
            trial.set_user_attr('refused', str(error))
            raise optuna.TrialPruned(str(error)) from error
        trial.set_user_attr('scores', scores)
        return value_of(scores, self.metric)

    def subject(self) -> dict[str, Any]:
        """Describe everything that a value of the metric depends on."""
        subject = {
            'metric': self.metric,
            'protocol': self.protocol,
            'tracker': self.cfg.model.tracker.to_dict(),
            'space': self.space,
            'detections': [
                [sequence.name, len(sequence.scores), float(sequence.bboxes.sum())]
                for sequence in self.sequences
            ],
        }
        return json.loads(json.dumps(subject, default=str))


def open_study(search: Search, folder: Path, seed: int) -> 'optuna.Study':
    """Open the study of a folder, and refuse one of a different search."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    path = require_writable_dir(folder) / 'study.db'
    study = optuna.create_study(
        storage=f'sqlite:///{path}',
        study_name='tracker',
        direction='maximize',
        load_if_exists=True,
    )
    # A process that continues or shares a search must not draw the same values again.
    seed += len(study.trials) + (os.getpid() if study.trials else 0)
    with warnings.catch_warnings(category=optuna.exceptions.ExperimentalWarning):
        warnings.simplefilter('ignore')
        study.sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True)
    subject, known = search.subject(), study.user_attrs.get('subject')
    if known is None:
        study.set_user_attr('subject', subject)
        study.enqueue_trial(search.start())
    elif known != subject:
        changed = [key for key in subject if known.get(key) != subject[key]]
        raise ConfigError(
            f'{path} is a study with another {", ".join(changed)}: choose another --out'
        )
    return study


def count_trials(study: 'optuna.Study', *states: str) -> int:
    """Count the trials in some states, such as COMPLETE: those with a value."""
    wanted = [optuna.trial.TrialState[state] for state in states]
    return len(study.get_trials(deepcopy=False, states=wanted))


def run_trials(study: 'optuna.Study', search: Search, num_trials: int) -> None:
    """Run the trials that are missing; other processes may run some of them."""
    missing = num_trials - count_trials(study, *ENDED)

    def stop(study: 'optuna.Study', _: 'optuna.trial.FrozenTrial') -> None:
        if count_trials(study, *ENDED) >= num_trials:
            study.stop()

    if missing > 0:
        study.optimize(search, missing, callbacks=[stop], show_progress_bar=True)


def describe(scores: dict[str, float]) -> str:
    """Write scores in a line, ratios in per cent."""
    return '  '.join(
        f'{name} {value if name == "IDSW" else format(100 * value, ".2f")}'
        for name, value in scores.items()
    )


def write_best(
    study: 'optuna.Study',
    args: argparse.Namespace,
    search: Search,
    start: dict[str, float],
) -> None:
    """Print the best trial under the scores of the start, and write its config."""
    best = study.best_trial
    found = describe(best.user_attrs['scores'])
    print(f'start      {describe(start)}\ntrial {best.number:<5}{found}')
    tracker = Config({'tracker': search.cfg.model.tracker})
    tracker.merge_from_dict({f'tracker.{k}': v for k, v in best.params.items()})
    tuned, base, whole = Config(args.cfg_options or {}), '', tracker.tracker.to_dict()
    if args.config:
        base = f'_base_ = {os.path.relpath(args.config, args.out)!r}\n'
        whole['_delete_'] = True
    tuned.merge_from_dict({'model.tracker': whole})
    if study.best_value <= value_of(start, args.metric):
        print('no trial was better than the start: run more of them, or widen --space')
    if search.validation:
        print(f'on {args.validation}:')
        for name, settings in (('start', {}), (f'trial {best.number}', best.params)):
            scores = search.score(settings, search.validation)
            print(f'{name:<11}{describe(scores)}')
    path = args.out / 'tuned_tracker.py'
    comment = f'# Of {len(study.trials)} trials the best in {args.metric}: {found};\n'
    comment += f'# the start: {describe(start)}.\n'
    write_text(path, f'{comment}{base}{tuned.pretty_text}')
    print(f'its settings are in {path}')


def tune_tracker(args: argparse.Namespace) -> None:
    """Search, and write the best settings even if the search is interrupted."""
    if optuna is None:
        raise ConfigError("Optuna is not installed: pip install 'fairmot_mm[tune]'")
    cfg = base_config(args)
    space = read_space(args, cfg.model.tracker)
    if args.around is not None:
        space = narrow(space, cfg.model.tracker, args.around)
    sequences = load_all_detections(args.detections)
    validation = load_all_detections(args.validation) if args.validation else []
    search = Search(cfg, space, sequences, args.metric, args.protocol, validation)
    study = open_study(search, args.out, args.seed)
    start = search.score({})
    try:
        run_trials(study, search, args.trials)
    finally:
        scored = count_trials(study, 'COMPLETE')
        if scored:
            write_best(study, args, search, start)
    if not scored:
        reason = study.trials[-1].user_attrs['refused'] if study.trials else 'none ran'
        raise ConfigError(f'no trial could be scored: {reason}')
