"""Re-ID verification as a metric of mmengine's Evaluator."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric

from fairmot_mm.evaluation.metrics.frames import frames_of
from fairmot_mm.evaluation.verification import true_accept_rates
from fairmot_mm.registry import METRICS
from fairmot_mm.utils import ConfigError, DataError

FALSE_ACCEPT_RATES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)


@METRICS.register_module()
class ReIDVerificationMetric(BaseMetric):
    """How well embeddings tell people apart, detection left out, as published.

    Every pair of objects, in one image or two, is judged by its cosine similarity; see
    `true_accept_rates`. Takes frames with `gt_embeds`, which the detector adds to those
    that have ground truth: `embeds` (N, C) of unit length at the true centres and
    `instances_ids` (N,). Objects without an identity (-1) are left out.

    Args:
        false_accept_rates: Where the true accept rate is read.
        collect_device: 'cpu' or 'gpu', the way results travel between ranks.
        collect_dir: Folder shared by all ranks for that, with 'cpu'.
        prefix: What names of scores start with, 'reid' by default:
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
            self.results.append((ids[ids >= 0], embeds[ids >= 0]))

    def compute_metrics(
        self, results: list[tuple[np.ndarray, np.ndarray]]
    ) -> dict[str, float]:
        """The true accept rate at each false accept rate.

        Raises:
            DataError: See `true_accept_rates`.
        """
        ids = np.concatenate([ids for ids, _ in results])
        embeds = np.concatenate([embeds for _, embeds in results])
        rates = true_accept_rates(embeds, ids, self.false_accept_rates)
        return {
            f'TPR@FAR={far:g}': float(tpr)
            for far, tpr in zip(self.false_accept_rates, rates, strict=True)
        }
