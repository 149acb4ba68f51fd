"""Learning from a teacher which people look alike."""

from torch import Tensor, nn

from fairmot_mm.registry import MODELS


@MODELS.register_module()
class SimilarityDistillLoss(nn.Module):
    """Squared difference of the similarities that two networks give to pairs of people.

    The cosine similarity of each pair of objects of a batch is compared (similarity
    preserving distillation, https://arxiv.org/abs/1907.09682). So embeddings of student
    and teacher may have different lengths, and nothing is added to the student.

    Args:
        loss_weight: Factor on the loss.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, embeds: Tensor, teacher_embeds: Tensor) -> Tensor:
        """Compute the loss of a batch.

        Args:
            embeds: (P, D) embeddings of unit length.
            teacher_embeds: (P, E) embeddings of the teacher, of unit length.

        Returns:
            Scalar: mean over the pairs of different objects, 0 without a pair.
        """
        difference = embeds @ embeds.T - teacher_embeds @ teacher_embeds.T
        # An object is as similar to itself as can be: the diagonal is no pair.
        total = difference.square().sum() - difference.diagonal().square().sum()
        pairs = max(len(embeds) * (len(embeds) - 1), 1)
        return self.loss_weight * total / pairs
