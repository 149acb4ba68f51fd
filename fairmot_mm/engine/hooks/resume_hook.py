"""Resuming with another number of processes, or with another batch."""

from mmengine.dist import get_world_size
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner

from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.errors import CheckpointError


@HOOKS.register_module()
class ResumeHook(Hook):
    """Keep the place in the data when a run is resumed with other processes.

    A checkpoint counts iterations, whose size in images is that of the run which wrote
    it. Where it is another one now, the iteration is that of the same image. Schedules
    that count epochs go on as they were; those that count iterations would be stretched
    or squeezed without a word, so they are refused.
    """

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Note how many images an iteration has, and how many iterations an epoch."""
        checkpoint['meta'].update(
            images_per_iter=_images_per_iter(runner),
            iters_per_epoch=len(runner.train_dataloader),
        )

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Count in the iterations of this run.

        Raises:
            CheckpointError: A schedule counts iterations, and they are others now.
        """
        meta = checkpoint.get('meta', {})
        if not runner.cfg.get('resume') or 'images_per_iter' not in meta:
            return
        old, new = meta['images_per_iter'], _images_per_iter(runner)
        old_length, new_length = meta['iters_per_epoch'], len(runner.train_dataloader)
        if (old, old_length) == (new, new_length):
            return
        schedulers = runner.param_schedulers or []
        counting = [
            type(scheduler).__name__
            for scheduler in schedulers
            if not scheduler.by_epoch
        ]
        if counting:
            processes = get_world_size()
            raise CheckpointError(
                f'an epoch had {old_length} iterations of {old} images and would now '
                f'have {new_length} of {new}, but {", ".join(counting)} counts '
                f'iterations: with {processes} processes set '
                f'train_dataloader.batch_size={old / processes:g}'
            )
        done = meta['iter'] - meta['epoch'] * old_length
        meta['iter'] = meta['epoch'] * new_length + done * old // new
        print_log(
            f'{old_length} iterations of {old} images in an epoch became {new_length} '
            f'of {new}: going on at iteration {meta["iter"]}',
            'current',
        )


def _images_per_iter(runner: Runner) -> int:
    return runner.train_dataloader.batch_size * get_world_size()
