"""Resuming with another config, another number of processes or another batch size."""

from datetime import datetime
from typing import Any

from mmengine.dist import get_world_size
from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from fairmot_mm.engine.check_resume import check_resume
from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.errors import CheckpointError

STARTED = 'training_started'


@HOOKS.register_module()
class ResumeHook(Hook):
    """Compare a resumed run with its checkpoint, and keep its place in the data.

    A checkpoint of another model, optimizer or schedule is refused. Of other edits the
    log says whether they count, see `check_resume`.

    A checkpoint counts iterations. The number of images in an iteration depends on the
    number of processes and on the batch size. When one of them has changed, this hook
    converts the saved iteration, so that the run continues with the same image. With
    other data it continues at the same fraction of the epoch. Schedules that count
    epochs continue unchanged. Schedules that count iterations would become longer or
    shorter, so the hook refuses them.

    The seed of the checkpoint counts, also for the order of the images.
    """

    # Before any other hook uses what was loaded.
    priority = 'HIGHEST'

    def before_run(self, runner: Runner) -> None:
        """Note when the training started; a resumed one keeps the time of its start."""
        now = datetime.now().astimezone().isoformat()
        runner.message_hub.update_info(STARTED, now)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Save the images of an iteration and the iterations of an epoch."""
        checkpoint['meta'].update(
            images_per_iter=_images_per_iter(runner),
            iters_per_epoch=_iters_per_epoch(runner),
        )
        started = runner.message_hub.get_info(STARTED)
        if started is not None:
            checkpoint['meta'][STARTED] = started

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Check what was loaded; convert its iteration to the iterations of this run.

        Raises:
            CheckpointError: The run cannot continue the checkpoint.
        """
        if not runner.cfg.get('resume'):
            return
        meta = checkpoint.get('meta', {})
        if not {'epoch', 'iter'} <= meta.keys():
            path = runner.cfg.get('load_from')
            raise CheckpointError(
                f'{path} has weights, but not the state of a training: to start a '
                f'training from them, set load_from={path} and leave --resume out'
            )
        if 'iters_per_epoch' in meta:
            _convert_place(runner, meta)
        check_resume(runner, checkpoint)
        _restore_seed(runner.train_dataloader, meta.get('seed'))


def _convert_place(runner: Runner, meta: dict[str, Any]) -> None:
    """Convert the iteration in ``meta`` to the iterations of this run."""
    old, new = meta['images_per_iter'], _images_per_iter(runner)
    old_length, new_length = meta['iters_per_epoch'], _iters_per_epoch(runner)
    if (old, old_length) == (new, new_length):
        return
    by_iter = [s for s in runner.param_schedulers or [] if not s.by_epoch]
    if by_iter:
        processes, names = get_world_size(), [type(s).__name__ for s in by_iter]
        if old == new or None in (old, new):
            advice = 'undo the change of the data or of the batch sampler'
        elif old % processes:
            advice = f'set train_dataloader.batch_size so that they are {old} images'
        else:
            advice = (
                f'with {processes} processes set '
                f'train_dataloader.batch_size={old // processes}'
            )
        raise CheckpointError(
            f'an epoch had {_size(old_length, old)} and would now have '
            f'{_size(new_length, new)}, but {", ".join(names)} counts iterations: '
            f'{advice}'
        )
    if None in (old_length, new_length):
        return
    done = meta['iter'] - meta['epoch'] * old_length
    if old == new or None in (old, new):  # the data set has another length
        done = done * new_length // old_length
    else:
        done = done * old // new
    meta['iter'] = meta['epoch'] * new_length + done
    runner.logger.info(
        f'{_size(old_length, old)} in an epoch became {_size(new_length, new)}: '
        f'continuing at iteration {meta["iter"]}'
    )


def _size(length: int | None, images: int | None) -> str:
    return f'{length} iterations of {"some" if images is None else images} images'


def _images_per_iter(runner: Runner) -> int | None:
    """Images of an iteration of all processes; None if their number varies."""
    loader = runner.train_dataloader
    size = loader.batch_size or getattr(loader.batch_sampler, 'batch_size', None)
    return size * get_world_size() if isinstance(size, int) else None


def _iters_per_epoch(runner: Runner) -> int | None:
    """Iterations of an epoch; None if the data set has no length."""
    try:
        return len(runner.train_dataloader)
    except TypeError:
        return None


def _restore_seed(loader: DataLoader, seed: int | None) -> None:
    """Give the samplers the seed of the checkpoint, as mmengine gives it to the rest.

    Otherwise the rest of the epoch would have images that it had before.
    """
    samplers: list[Any] = [loader.sampler, loader.batch_sampler]
    samplers.append(getattr(loader.batch_sampler, 'sampler', None))
    for sampler in samplers:
        if seed is not None and isinstance(getattr(sampler, 'seed', None), int):
            sampler.seed = seed
