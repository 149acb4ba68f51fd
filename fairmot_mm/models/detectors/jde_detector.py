"""The network that detects and embeds in one pass."""

from collections.abc import Sequence

from mmdet.models.detectors import BaseDetector
from mmdet.models.utils import samplelist_boxtype2tensor
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from torch import Tensor
from torch.nn.functional import normalize

from fairmot_mm.models.detectors.inference_detector import InferenceDetector
from fairmot_mm.models.utils.pred_instances import set_pred_instances
from fairmot_mm.registry import MODELS


@MODELS.register_module()
class JDEDetector(BaseDetector, InferenceDetector):
    """Joint detection and embedding: backbone, neck, box head and Re-ID head.

    The targets of a batch are built once and shared by both heads; the heads' losses
    are added by the task weighting.

    Args:
        backbone: Config of the backbone.
        neck: Config of a neck whose first output has stride 4.
        bbox_head: Config of a head with the interface of `CenterHead`.
        reid_head: Config of a head with the interface of `DenseReIDHead`.
        task_weighting: Config of the weighting, `UncertaintyWeighting` by default.
        data_preprocessor: Config of the preprocessor, where the detector is used
            without `FairMOT`.
        init_cfg: mmengine initialisation.
    """

    def __init__(
        self,
        backbone: dict,
        neck: dict,
        bbox_head: dict,
        reid_head: dict,
        task_weighting: dict | None = None,
        data_preprocessor: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        # Built here: mmengine would look in its own registry, where a default scope is
        # needed to find mmdet's.
        if isinstance(data_preprocessor, dict):
            data_preprocessor = MODELS.build(data_preprocessor)
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        self.backbone = MODELS.build(backbone)
        self.neck = MODELS.build(neck)
        self.bbox_head = MODELS.build(bbox_head)
        self.reid_head = MODELS.build(reid_head)
        task_weighting = task_weighting or {'type': 'UncertaintyWeighting'}
        self.task_weighting = MODELS.build(task_weighting)

    def extract_feat(self, batch_inputs: Tensor) -> Sequence[Tensor]:
        """Feature maps of (B, 3, H, W) RGB images in [0, 1]; the first has stride 4."""
        return self.neck(self.backbone(batch_inputs))

    def _forward(
        self,
        batch_inputs: Tensor,
        batch_data_samples: Sequence[DetDataSample] | None = None,
    ) -> dict[str, Tensor]:
        """Raw maps of (B, 3, H, W) images: heatmap, size, offset and embedding."""
        x = self.extract_feat(batch_inputs)
        return {**self.bbox_head(x), 'embedding': self.reid_head(x)}

    def loss(
        self, batch_inputs: Tensor, batch_data_samples: Sequence[DetDataSample]
    ) -> dict[str, Tensor]:
        """Loss of a batch.

        Args:
            batch_inputs: (B, 3, H, W) RGB in [0, 1].
            batch_data_samples: B samples whose ``gt_instances`` have ``bboxes`` (N, 4)
                xyxy in input pixels, ``labels`` (N,) and ``instances_ids`` (N,); the
                ``bboxes`` of ``ignored_instances`` are ignore regions.

        Returns:
            ``loss`` and the values to log.
        """
        x = self.extract_feat(batch_inputs)
        targets = self.bbox_head.get_targets(
            [sample.gt_instances for sample in batch_data_samples],
            x[0].shape[-2:],
            [sample.get('ignored_instances') for sample in batch_data_samples],
        )
        heads = {'det': self.bbox_head, 'id': self.reid_head}
        losses = {task: head.loss(x, targets) for task, head in heads.items()}
        return self.task_weighting(losses)

    def predict(
        self, batch_inputs: Tensor, batch_data_samples: Sequence[DetDataSample]
    ) -> Sequence[DetDataSample]:
        """Detect and embed.

        Args:
            batch_inputs: (B, 3, H, W) RGB in [0, 1].
            batch_data_samples: B samples with ``ori_shape``; where all have ground
                truth (see `loss`), its embeddings are added for evaluation.

        Returns:
            The samples, with ``pred_instances`` on the CPU: ``bboxes`` (N, 4) xyxy in
            pixels of the original frame, ``scores`` (N,) descending, ``labels`` (N,),
            ``embeds`` (N, D) of unit length; with ground truth also ``gt_embeds``:
            ``embeds`` (P, D) at the true centres, ``instances_ids`` and ``labels``
            (P,), of the boxes that have an area.
        """
        return self.decode(self.run_network(batch_inputs), batch_data_samples)

    def run_network(self, batch_inputs: Tensor) -> dict[str, Tensor]:
        """The first half of `predict`: run the network; nothing leaves the device.

        Args:
            batch_inputs: (B, 3, H, W) RGB in [0, 1].

        Returns:
            Raw maps of stride 4: ``heatmap`` (B, K, H / 4, W / 4) of K classes,
            ``size`` (B, 4 or 2, H / 4, W / 4), ``offset`` (B, 2, H / 4, W / 4) where
            the head has one, and ``embedding`` (B, D, H / 4, W / 4).
        """
        return self._forward(batch_inputs)

    def decode(
        self, maps: dict[str, Tensor], batch_data_samples: Sequence[DetDataSample]
    ) -> Sequence[DetDataSample]:
        """The second half of `predict`: find the detections in the maps.

        They are copied to the CPU once for the whole batch.

        Args:
            maps: What `run_network` returned; not changed.
            batch_data_samples: See `predict`.

        Returns:
            See `predict`.
        """
        maps = dict(maps)
        embedding = maps.pop('embedding')
        if all('bboxes' in s.get('gt_instances', ()) for s in batch_data_samples):
            self._embed_ground_truth(embedding, batch_data_samples)
        metas = [sample.metainfo for sample in batch_data_samples]
        found = self.bbox_head.predict_by_feat(**maps, batch_img_metas=metas)
        embeds = self.reid_head.predict_by_feat(embedding, found.cell_inds)
        score_thr = self.bbox_head.decode_settings.score_thr
        set_pred_instances(batch_data_samples, found, embeds, score_thr)
        return batch_data_samples

    def _embed_ground_truth(
        self, embedding: Tensor, batch_data_samples: Sequence[DetDataSample]
    ) -> None:
        """Add ``gt_embeds`` to the samples, see `predict`; (B, D, H, W) embedding."""
        # mmdet's preprocessor does it in training only.
        samplelist_boxtype2tensor(batch_data_samples)
        targets = self.bbox_head.get_targets(
            [sample.gt_instances for sample in batch_data_samples], embedding.shape[-2:]
        )
        embeds = normalize(targets.gather(embedding).float())
        for number, sample in enumerate(batch_data_samples):
            own = targets.batch_inds == number
            sample.gt_embeds = InstanceData(
                embeds=embeds[own],
                instances_ids=targets.ids[own],
                labels=targets.labels[own],
            )
