"""Resuming with another number of processes or another batch size."""

from mmengine.dist import get_world_size
from mmengine.hooks import Hook
from mmengine.runner import Runner

from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.errors import CheckpointError


@HOOKS.register_module()
class ResumeHook(Hook):
    """Keep the place in the data when a resumed run has another number of processes.

    A checkpoint counts iterations. The number of images in an iteration depends on the
    number of processes and on the batch size. When one of them has changed, this hook
    converts the saved iteration, so that the run continues with the same image.
    Schedules that count epochs continue unchanged. Schedules that count iterations
    would become longer or shorter, so the hook refuses them.
    """

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Save the images of an iteration and the iterations of an epoch."""
        checkpoint['meta'].update(
            images_per_iter=_images_per_iter(runner),
            iters_per_epoch=len(runner.train_dataloader),
        )

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Convert the saved iteration to the iterations of this run.

        Raises:
            CheckpointError: A schedule counts iterations, and their size has changed.
        """
        meta = checkpoint.get('meta', {})
        if not runner.cfg.get('resume') or 'images_per_iter' not in meta:
            return
        old, new = meta['images_per_iter'], _images_per_iter(runner)
        old_length, new_length = meta['iters_per_epoch'], len(runner.train_dataloader)
        if (old, old_length) == (new, new_length):
            return
        by_iter = [s for s in runner.param_schedulers or [] if not s.by_epoch]
        if by_iter:
            processes, names = get_world_size(), [type(s).__name__ for s in by_iter]
            raise CheckpointError(
                f'an epoch had {old_length} iterations of {old} images and would now '
                f'have {new_length} of {new}, but {", ".join(names)} counts '
                f'iterations: with {processes} processes set '
                f'train_dataloader.batch_size={old / processes:g}'
            )
        done = meta['iter'] - meta['epoch'] * old_length
        meta['iter'] = meta['epoch'] * new_length + done * old // new
        runner.logger.info(
            f'{old_length} iterations of {old} images in an epoch became {new_length} '
            f'of {new}: continuing at iteration {meta["iter"]}'
        )


def _images_per_iter(runner: Runner) -> int:
    # With a `batch_sampler` the loader itself has no batch size.
    return runner.train_dataloader.batch_sampler.batch_size * get_world_size()
