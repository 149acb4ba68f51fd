"""Epochs that a training can interrupt and resume in the middle."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Protocol, runtime_checkable

from mmengine.runner import EpochBasedTrainLoop
from torch import nn

from fairmot_mm.registry import LOOPS


@runtime_checkable
class SkippingSampler(Protocol):
    """A sampler that can skip the beginning of an epoch without reading images.

    A batch sampler with this method has the attribute ``batch_size`` too.
    """

    def skip_first(self, num_samples: int) -> None:
        """Leave out the first samples of the next epoch.

        Args:
            num_samples: Number of samples of this process.
        """


@LOOPS.register_module()
class ResumableEpochLoop(EpochBasedTrainLoop):
    """mmengine's loop over epochs, which can also resume within an epoch.

    The resumed run skips the batches that are done and trains the remaining ones, in
    the order that they would have had without the interruption. mmengine's own loop
    would repeat the whole epoch. A `SkippingSampler`, such as `SeededSampler` or, as
    the ``batch_sampler``, `IdentityBatchSampler`, skips batches without reading their
    images.

    mmengine calls ``after_train`` of a hook only after a training that succeeds. After
    an error this loop calls ``after_failure``, where a hook can undo its changes.
    """

    def run(self) -> nn.Module:
        """Train all epochs that are not done yet.

        Returns:
            The trained model.
        """
        try:
            return super().run()
        except BaseException:
            self.runner.call_hook('after_failure')
            raise

    def run_epoch(self) -> None:
        """Train the batches of an epoch that are not done yet."""
        self.runner.call_hook('before_train_epoch')
        self.runner.model.train()
        done = self._iter - self._epoch * len(self.dataloader)
        for idx, data_batch in enumerate(self._batches(done), start=done):
            self.run_iter(idx, data_batch)
        self.runner.call_hook('after_train_epoch')
        self._epoch += 1

    def _batches(self, done: int) -> Iterator[Any]:
        """The batches of an epoch without the first ``done`` ones."""
        loader = self.dataloader
        sampler: Any = loader.sampler
        size = loader.batch_size or 1
        if loader.batch_size is None and loader.batch_sampler is not None:
            sampler = loader.batch_sampler
            size = getattr(sampler, 'batch_size', None)
        if not isinstance(sampler, SkippingSampler) or not isinstance(size, int):
            yield from islice(loader, done, None)
            return
        sampler.skip_first(done * size)
        yield from loader
