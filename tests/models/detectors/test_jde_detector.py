import pytest
import torch
from mmdet.structures import DetDataSample

from fairmot_mm.registry import MODELS


@pytest.fixture
def detector(detector_cfg):
    torch.manual_seed(0)
    return MODELS.build(detector_cfg)


def gradients(model, batch):
    inputs, samples = batch
    loss = model(inputs, samples, mode='loss')['loss']
    assert loss.isfinite()
    loss.backward()
    return {name: p.grad for name, p in model.named_parameters()}


def test_raw_maps(detector, batch):
    """Four maps of stride 4."""
    maps = detector(batch[0], mode='tensor')
    assert {name: tuple(feat.shape) for name, feat in maps.items()} == {
        'heatmap': (2, 1, 16, 24),
        'size': (2, 4, 16, 24),
        'offset': (2, 2, 16, 24),
        'embedding': (2, 6, 16, 24),
    }


def test_no_parameter_is_dead(detector, batch):
    """Training on several GPUs waits for the gradient of every parameter."""
    grads = gradients(detector, batch)
    dead = [name for name, grad in grads.items() if grad is None or not grad.any()]
    assert dead == []


@pytest.mark.parametrize('people', ['nobody', 'unknown'])
def test_a_batch_without_identities_has_all_gradients(
    people, detector, batch, make_instances
):
    """Images without people, or with people nobody knows, train what they can."""
    for sample in batch[1]:
        if people == 'nobody':
            sample.gt_instances = make_instances([])
        else:
            sample.gt_instances.instances_ids.fill_(-1)
    for name, grad in gradients(detector, batch).items():
        assert grad is not None, name
        assert grad.isfinite().all(), name


def test_a_fixed_batch_is_learned(detector_cfg, batch):
    """A few steps of Adam lower the loss by a lot."""
    detector_cfg['neck']['conv_cfg'] = None  # deformable ones are slow on a CPU
    torch.manual_seed(0)
    detector = MODELS.build(detector_cfg)
    inputs, samples = batch
    optimizer = torch.optim.Adam(detector.parameters(), lr=5e-3)
    losses = []
    for _ in range(10):
        values = detector(inputs, samples, mode='loss')
        optimizer.zero_grad()
        values['loss'].backward()
        optimizer.step()
        losses.append(values['heatmap'].item() + values['id'].item())
    assert losses[-1] < 0.5 * losses[0]


def test_detections_have_the_fields_of_the_contract(detector, batch):
    """Boxes, scores that fall, labels and unit embeddings, in plain types."""
    samples = detector.eval()(*batch, mode='predict')
    for sample in samples:
        found = sample.pred_instances
        assert 0 < len(found) <= 20
        assert found.bboxes.shape == (len(found), 4)
        assert found.embeds.shape == (len(found), 6)
        assert found.bboxes.dtype == found.scores.dtype == torch.float32
        assert found.labels.dtype == torch.int64
        assert found.scores.diff().le(0).all()
        torch.testing.assert_close(found.embeds.norm(dim=1), torch.ones(len(found)))


def test_images_of_a_batch_do_not_mix(detector_cfg, batch):
    """Each image has the detections it has alone, also next to one without any."""
    detector = MODELS.build(detector_cfg).double().eval()
    image = batch[0][:1].double()
    images = torch.cat([image, torch.zeros_like(image), image.flip(3)])
    detector.bbox_head.decode_settings = type(detector.bbox_head.decode_settings)(
        score_thr=0.1, max_per_img=20
    )

    def detect(inputs):
        shape = dict(ori_shape=(64, 96))
        samples = [DetDataSample(metainfo=shape) for _ in inputs]
        return [s.pred_instances for s in detector(inputs, samples, mode='predict')]

    together = detect(images)
    for index, found in enumerate(together):
        (alone,) = detect(images[index : index + 1])
        assert found.scores.gt(0.1).all()
        for field in ('bboxes', 'scores', 'labels', 'embeds'):
            torch.testing.assert_close(found[field], alone[field])


def test_children_are_replaced_by_config(detector_cfg, batch):
    """Another weighting, size and loss, of mmdet's where it has one."""
    detector_cfg['task_weighting'] = dict(type='FixedWeighting')
    detector_cfg['bbox_head'].update(
        size_type='wh', loss_size=dict(type='SmoothL1Loss', loss_weight=0.3)
    )
    detector = MODELS.build(detector_cfg)
    values = detector(*batch, mode='loss')
    total = values['heatmap'] + values['size'] + values['offset'] + 0.1 * values['id']
    torch.testing.assert_close(values['loss'].detach(), total)


def test_training_state_is_saved(detector):
    """The classifier and the task weights are in the checkpoint."""
    names = detector.state_dict().keys()
    assert {
        'reid_head.classifier.weight',
        'reid_head.classifier.bias',
        'task_weighting.log_vars.det',
        'task_weighting.log_vars.id',
    } <= names


def test_ground_truth_is_embedded(detector, batch):
    """With ground truth, every image gets the embeddings at its own true centres."""
    inputs, samples = batch
    maps = detector.eval()(inputs, mode='tensor')
    for sample in detector(inputs, samples, mode='predict'):
        truth, objects = sample.gt_instances, sample.gt_embeds
        assert torch.equal(objects.instances_ids, truth.instances_ids)
        centers = (truth.bboxes[:, :2] + truth.bboxes[:, 2:]) / 8
        x, y = centers.clamp(min=0).long().unbind(dim=1)
        image = next(n for n, other in enumerate(samples) if other is sample)
        vectors = maps['embedding'][image, :, y.clamp(max=15), x.clamp(max=23)].T
        expected = vectors / vectors.norm(dim=1, keepdim=True)
        torch.testing.assert_close(objects.embeds, expected)


def test_no_ground_truth_no_embeddings(detector, batch):
    """Frames of a video, without ground truth, stay as they are."""
    inputs, samples = batch
    del samples[0].gt_instances
    for sample in detector.eval()(inputs, samples, mode='predict'):
        assert 'gt_embeds' not in sample
