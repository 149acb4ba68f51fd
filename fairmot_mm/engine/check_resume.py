"""Whether a run can continue a checkpoint, and which of its settings count."""

from typing import Any

from mmengine.hooks import EMAHook
from mmengine.runner import IterBasedTrainLoop, Runner

from fairmot_mm.engine.bare_model import bare_model
from fairmot_mm.engine.saved_config import differences, read_saved_config
from fairmot_mm.models.layers.row_shard import row_shards
from fairmot_mm.utils.errors import CheckpointError

# What decides what a training computes, and the parts of it that a checkpoint restores.
COMPARED = (
    'model',
    'train_dataloader',
    'train_cfg',
    'optim_wrapper',
    'param_scheduler',
    'auto_scale_lr',
    'custom_hooks',
    'randomness',
    'sync_bn',
)
RESTORED = (
    'optim_wrapper.optimizer',
    'optim_wrapper.paramwise_cfg',
    'param_scheduler',
    'auto_scale_lr',
    'randomness.seed',
)
_LISTED = 8  # differences that are named


def check_resume(runner: Runner, checkpoint: dict[str, Any]) -> None:
    """Refuse a checkpoint that a run cannot continue; log which edits count.

    Model, optimizer and schedules of the run must be those of the checkpoint. Their
    values in the checkpoint count, such as the learning rate and the milestones. For
    everything else the config counts.

    Args:
        runner: The Runner, with its model, optimizer and schedules.
        checkpoint: What was loaded, before any of it is used.

    Raises:
        CheckpointError: The checkpoint cannot be continued.
    """
    saved = read_saved_config(checkpoint['meta'].get('cfg') or '')
    edited = _edits(runner, saved) if saved else {}
    problem = _missing_state(runner, checkpoint) or (
        _other_loop(runner, saved)
        or _other_model(runner, checkpoint)
        or _other_averaging(runner, checkpoint)
        or _other_optimizer(runner, checkpoint, saved)
        or _other_schedule(runner, checkpoint, saved)
    )
    if problem:
        path = runner.cfg.get('load_from')
        parts = ('model', 'optim_wrapper', 'param_scheduler', 'custom_hooks')
        undo = _listed({k: v for k, v in edited.items() if k.startswith(parts)})
        raise CheckpointError(
            f'{path} cannot be continued: {problem}. '
            + (f'Undo the change of {undo}, or start ' if undo else 'Start ')
            + f'a new training from its weights: load_from={path}, another --work-dir '
            'and no --resume'
        )
    if edited:
        runner.logger.warning(_what_counts(edited))
    before = checkpoint['message_hub']['runtime_info'].get('max_iters')
    if before and before < runner.max_iters and runner.param_schedulers:
        runner.logger.warning(
            f'the schedules of the checkpoint end after {before} iterations, and this '
            f'run has {runner.max_iters}: after that the learning rate stays'
        )
    if checkpoint['meta']['iter'] >= runner.max_iters:
        runner.logger.warning('the training is complete: nothing is left to do')


def _edits(runner: Runner, saved: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """(saved, present) values of the config that differ, by dotted key."""
    present = read_saved_config(runner.cfg.pretty_text)
    found: dict[str, tuple[Any, Any]] = {}
    for key in COMPARED:
        found |= differences(saved.get(key), present.get(key), key)
    return found


def _listed(edited: dict[str, tuple[Any, Any]]) -> str:
    entries = [f'{k} ({_short(a)} became {_short(b)})' for k, (a, b) in edited.items()]
    rest = len(entries) - _LISTED
    return ', '.join(entries[:_LISTED]) + (f' and {rest} more' if rest > 0 else '')


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f'{text[:57]}...'


def _what_counts(edited: dict[str, tuple[Any, Any]]) -> str:
    restored = {k: v for k, v in edited.items() if k.startswith(RESTORED)}
    others = {k: v for k, v in edited.items() if k not in restored}
    parts = ['the config is not that of the checkpoint']
    if restored:
        parts.append(
            f'the CHECKPOINT counts, the edit has no effect, for {_listed(restored)}'
        )
    if others:
        parts.append(f'the config counts for {_listed(others)}')
    return '; '.join(parts)


def _missing_state(runner: Runner, checkpoint: dict[str, Any]) -> str | None:
    needed = ['optimizer', 'message_hub']
    if runner.param_schedulers:
        needed.append('param_schedulers')
    missing = [key for key in needed if key not in checkpoint]
    return f'it has weights, but no {", ".join(missing)}' if missing else None


def _other_loop(runner: Runner, saved: dict[str, Any]) -> str | None:
    by_iter = isinstance(runner.train_loop, IterBasedTrainLoop)
    if 'train_cfg' in saved and by_iter != ('max_iters' in saved['train_cfg']):
        return f'{type(runner.train_loop).__name__} counts differently than its loop'
    return None


def _other_model(runner: Runner, checkpoint: dict[str, Any]) -> str | None:
    model = bare_model(runner.model)
    shards = row_shards(model)
    saved, wrong = checkpoint['state_dict'], []
    for name, parameter in model.named_parameters():
        shape, (module, _, _) = parameter.shape, name.rpartition('.')
        if module in shards:
            shape = (shards[module].num_rows, *shape[1:])
        if name not in saved:
            wrong.append(f'{name} is missing')
        elif saved[name].shape != shape:
            wrong.append(f'{name} is {tuple(saved[name].shape)}, not {tuple(shape)}')
    if not wrong:
        return None
    return f'its model is another one ({len(wrong)} tensors; {wrong[0]})'


def _other_averaging(runner: Runner, checkpoint: dict[str, Any]) -> str | None:
    averaging = any(isinstance(hook, EMAHook) for hook in runner.hooks)
    if 'ema_state_dict' in checkpoint and not averaging:
        return 'it has averaged weights, and this run has no EMAHook in custom_hooks'
    return None


def _other_optimizer(
    runner: Runner, checkpoint: dict[str, Any], saved: dict[str, Any]
) -> str | None:
    groups = checkpoint['optimizer'].get('param_groups')
    if groups is None:  # several optimizers, by name
        return None
    optimizer = runner.optim_wrapper.optimizer
    wrapper = saved.get('optim_wrapper')
    old = _type(wrapper.get('optimizer')) if isinstance(wrapper, dict) else None
    new = type(optimizer).__name__
    if old not in (None, new):
        return f'it has the state of {old}, and the optimizer is {new}'
    if [len(g['params']) for g in groups] != [
        len(g['params']) for g in optimizer.param_groups
    ]:
        return 'its optimizer trains other parameters, or in other groups'
    return None


def _other_schedule(
    runner: Runner, checkpoint: dict[str, Any], saved: dict[str, Any]
) -> str | None:
    schedules, states = runner.param_schedulers, checkpoint.get('param_schedulers')
    if not isinstance(schedules, list) or not isinstance(states, list):
        return None
    configs = saved.get('param_scheduler')
    configs = configs if isinstance(configs, list) else [configs]
    if len(configs) != len(states):
        configs = [None] * len(states)
    new = [_schedule(type(s).__name__, s.by_epoch) for s in schedules]
    old = [
        _schedule(_type(config) or 'a schedule', state['by_epoch'])
        for config, state in zip(configs, states, strict=True)
    ]
    same = len(old) == len(new) and all(
        one == other or one.startswith('a schedule')
        for one, other in zip(old, new, strict=True)
    )
    if same:
        return None
    return f'it has the state of {" and ".join(old)}, not of {" and ".join(new)}'


def _schedule(name: str, by_epoch: bool) -> str:
    return f'{name} by {"epoch" if by_epoch else "iteration"}'


def _type(config: Any) -> str | None:
    """Name of the class that a config chooses, without its scope."""
    name = config.get('type') if isinstance(config, dict) else None
    return name.rpartition('.')[2] if isinstance(name, str) else None
