"""An iteration whose loss and gradient are checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from torch import Tensor

from fairmot_mm.utils.boxes import box_sizes

Samples = Sequence[Any] | None  # what is known of the images of a batch


@dataclass
class GuardedIteration:
    """What `LossGuardHook` keeps until all processes know that an iteration was good.

    Attributes:
        number: Number of the iteration, from 1.
        samples: What is known of the images of its batch.
        losses: Losses and logged values by name.
        loss: Scalar that is minimised.
        bad_loss: Bool scalar.
        bad_gradient: Bool scalar; False if the gradient was not looked at.
        norm: Scalar, norm of the gradient, if there was an update.
        update: Samples of all batches of that update.
    """

    number: int
    samples: Samples
    losses: dict[str, Tensor]
    loss: Tensor
    bad_loss: Tensor
    bad_gradient: Tensor | Literal[False] = False
    norm: Tensor | None = None
    update: Sequence[Samples] = ()

    def fault(self) -> tuple[int, bool] | None:
        """Give the number of the iteration and whether only its gradient is bad.

        Returns:
            Both, or None if the iteration was good.
        """
        if self.bad_loss:
            return self.number, False
        return (self.number, True) if self.bad_gradient else None

    def describe(self, only_gradient: bool) -> str:
        """Name the losses and the images; a bad gradient has those of its update.

        Args:
            only_gradient: Whether the loss was good.

        Returns:
            Text for a message.
        """
        losses = ', '.join(f'{key} {v.item():.4g}' for key, v in self.losses.items())
        what, batches = f'loss {self.loss.item():.4g}', [self.samples]
        if only_gradient and self.norm is not None:
            what, batches = f'gradient {self.norm.item():.4g}', [*self.update]
        images = [line for samples in batches for line in _describe_images(samples)]
        return f'{what} ({losses}) of {"; ".join(images)}'


def _describe_images(samples: Samples) -> Sequence[str]:
    """File, people, identities and largest box of every image of a batch."""
    lines = []
    for sample in samples or ():
        truth = sample.gt_instances
        boxes = getattr(truth.bboxes, 'tensor', truth.bboxes).reshape(-1, 4)
        largest = box_sizes(boxes).amax().item() if len(boxes) else 0
        known = (truth.instances_ids >= 0).sum().item()
        path = sample.metainfo.get('img_path', 'an image')
        lines.append(
            f'{path}: {len(boxes)} people, {known} with identity, largest box '
            f'{largest:.0f} pixels'
        )
    return lines or ['an unknown batch']
