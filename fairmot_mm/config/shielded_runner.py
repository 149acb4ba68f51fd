"""mmengine's Runner, whose data loaders outlive a signal that stops the run."""

from typing import Any

from mmengine.runner import Runner
from torch.utils.data import DataLoader

from fairmot_mm.utils.shield import shield_workers


class ShieldedRunner(Runner):
    """mmengine's Runner; no signal to the job ends a process that loads its images.

    A loop over iterations starts these processes when it is built, before any hook.
    """

    @staticmethod
    def build_dataloader(*args: Any, **kwargs: Any) -> DataLoader:
        """Build a data loader as mmengine does, with shielded processes.

        Args:
            args: Those of mmengine.
            kwargs: Those of mmengine.
        """
        loader = Runner.build_dataloader(*args, **kwargs)
        shield_workers(loader)
        return loader
