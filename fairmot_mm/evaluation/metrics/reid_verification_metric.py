"""Re-ID verification as a metric of mmengine's Evaluator."""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import torch

from fairmot_mm.evaluation.metrics.frame_metric import FrameMetric, image_key
from fairmot_mm.evaluation.metrics.frames import frames_of
from fairmot_mm.evaluation.verification import true_accept_rates
from fairmot_mm.registry import METRICS
from fairmot_mm.utils import ConfigError, DataError

FALSE_ACCEPT_RATES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)


@METRICS.register_module()
class ReIDVerificationMetric(FrameMetric):
    """How well embeddings distinguish people, without detection, as published.

    Every pair of objects, in one image or in two, is accepted or not by its cosine
    similarity; see `true_accept_rates`. Takes frames with `gt_embeds`, which the
    detector adds to frames with ground truth: `embeds` (N, C) of unit length at the
    true centres and `instances_ids` (N,). Objects without an identity (-1) are left
    out.

    Args:
        false_accept_rates: The false accept rates at which the true accept rate is
            given, each between 0 and 1.
        collect_device: See mmengine's ``BaseMetric``.
        collect_dir: Likewise.
        prefix: Beginning of the names of scores, 'reid' by default:
            `reid/TPR@FAR=0.001`.

    Raises:
        ConfigError: A rate is not between 0 and 1.
    """

    default_prefix = 'reid'

    def __init__(
        self,
        false_accept_rates: Sequence[float] = FALSE_ACCEPT_RATES,
        collect_device: str = 'cpu',
        collect_dir: str | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(collect_device, prefix, collect_dir)
        if not false_accept_rates or not all(0 < far < 1 for far in false_accept_rates):
            raise ConfigError(
                f'false_accept_rates must lie between 0 and 1: {false_accept_rates}'
            )
        self.false_accept_rates = tuple(false_accept_rates)

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Keep the embeddings of the people of each frame.

        Args:
            data_batch: Not used.
            data_samples: See `frames_of`.

        Raises:
            DataError: A frame has no ground truth.
        """
        for frame in frames_of(data_samples):
            if 'gt_embeds' not in frame:
                raise DataError(
                    'a frame has no ground truth to embed: the test pipeline needs a '
                    'transform that loads boxes and identities, such as LoadJDELabels'
                )
            objects = frame['gt_embeds']
            ids = torch.as_tensor(objects['instances_ids']).cpu().numpy()
            embeds = torch.as_tensor(objects['embeds']).cpu().numpy()
            known = ids >= 0
            self.results.append((image_key(frame), ids[known], embeds[known]))

    def frame_key(self, result: tuple[Hashable, np.ndarray, np.ndarray]) -> Hashable:
        """The image of a result, see `image_key`."""
        return result[0]

    def compute_metrics(
        self, results: list[tuple[Hashable, np.ndarray, np.ndarray]]
    ) -> dict[str, float]:
        """Compute the true accept rate at each false accept rate.

        Args:
            results: For each frame, key, identities (N,) and embeddings (N, C).

        Returns:
            Rates in [0, 1] by names such as ``TPR@FAR=0.001``.

        Raises:
            DataError: There is no frame, or see `true_accept_rates`.
        """
        if not results:
            raise DataError('there is no frame, so there are no people to verify')
        ids = np.concatenate([ids for _, ids, _ in results])
        embeds = np.concatenate([embeds for _, _, embeds in results])
        rates = true_accept_rates(embeds, ids, self.false_accept_rates)
        return {
            f'TPR@FAR={far:g}': float(tpr)
            for far, tpr in zip(self.false_accept_rates, rates, strict=True)
        }
