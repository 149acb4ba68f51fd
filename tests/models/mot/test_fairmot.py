import pytest
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.config import Config

from fairmot_mm.apis import init_model
from fairmot_mm.checkpoint.published_names import to_published
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import ConfigError

JDE = dict(type='JDETracker', obj_score_thr=0.0)
KALMAN = dict(type='KalmanFilter')
MMDET_TRACKERS = {
    'ByteTracker': dict(
        type='ByteTracker',
        motion=KALMAN,
        init_track_thr=0.05,
        obj_score_thrs=dict(high=0.05, low=0.01),
        weight_iou_with_det_scores=False,
    ),
    'OCSORTTracker': dict(
        type='OCSORTTracker',
        motion=KALMAN,
        obj_score_thr=0.05,
        init_track_thr=0.05,
        weight_iou_with_det_scores=False,
    ),
    'SORTTracker': dict(
        type='SORTTracker', motion=KALMAN, obj_score_thr=0.05, reid=None
    ),
}
FIELDS = ('bboxes', 'scores', 'labels', 'instances_id')


@pytest.fixture
def build_model(detector_cfg):
    """A model in float64 whose boxes are four cells wide, so that tracks overlap."""

    def build(tracker):
        torch.manual_seed(0)
        preprocessor = dict(
            type='TrackDataPreprocessor',
            use_det_processor=True,
            mean=[0.0, 0.0, 0.0],
            std=[255.0, 255.0, 255.0],
            bgr_to_rgb=True,
            pad_size_divisor=32,
        )
        cfg = dict(
            type='FairMOT',
            detector=detector_cfg,
            tracker=tracker,
            data_preprocessor=preprocessor,
        )
        model = init_model(Config(dict(model=cfg)), device='cpu').double()
        torch.nn.init.constant_(model.detector.bbox_head.size[2].bias, 2.0)
        return model

    return build


@pytest.fixture
def frames():
    """Four frames (4, 3, 64, 96) of a picture that moves to the right."""
    picture = torch.rand(3, 64, 96, generator=torch.Generator().manual_seed(2)).double()
    return torch.stack([picture.roll(4 * step, dims=2) for step in range(4)])


def make_clips(clips, first=0):
    """Samples of N clips of T frames of a video, numbered from ``first``."""
    samples = []
    for clip in range(clips.shape[0]):
        sample = TrackDataSample()
        sample.video_data_samples = [
            DetDataSample(
                metainfo=dict(frame_id=first + frame, ori_shape=(64, 96), frame_rate=30)
            )
            for frame in range(clip * clips.shape[1], (clip + 1) * clips.shape[1])
        ]
        samples.append(sample)
    return samples


def track(model, clips, first=0):
    """Tracks of every frame in order."""
    out = model(clips, make_clips(clips, first), mode='predict')
    return [frame.pred_track_instances for clip in out for frame in clip]


def assert_same(actual, expected):
    for mine, other in zip(actual, expected, strict=True):
        for field in FIELDS:
            torch.testing.assert_close(mine[field], other[field])


def test_raw_maps_are_those_of_the_detector(build_model, batch):
    """Loss and maps pass through."""
    model = build_model(None).float()
    inputs = batch[0]
    maps = model(inputs, mode='tensor')
    assert maps.keys() == {'heatmap', 'size', 'offset', 'embedding'}
    loss = model(inputs, batch[1], mode='loss')['loss']
    torch.testing.assert_close(loss, model.detector.loss(inputs, batch[1])['loss'])


def test_batching_does_not_change_the_tracks(build_model, frames):
    """Four clips of one frame, one of four, two of two, one by one: one result."""
    model = build_model(JDE)
    singles = [track(model, frames[i][None, None], first=i)[0] for i in range(4)]
    assert all(len(tracks) > 0 for tracks in singles)
    assert min(tracks.instances_id.min() for tracks in singles) == 1
    assert_same(track(model, frames[:, None]), singles)
    assert_same(track(model, frames[None]), singles)
    assert_same(track(model, frames.view(2, 2, 3, 64, 96)), singles)


def test_frame_0_starts_a_new_video(build_model, frames):
    """Identities start again, and nothing of the last video is remembered."""
    model = build_model(JDE)
    first = track(model, frames[None])
    assert_same(track(model, frames[None]), first)


def test_a_frame_later_than_0_continues_the_video(build_model, frames):
    """The same picture has the same identities in the next call."""
    model = build_model(JDE)
    before = track(model, frames[:1, None])[0]
    after = track(model, frames[:1, None], first=1)[0]
    assert after.instances_id.tolist() == before.instances_id.tolist()


def test_tracks_have_the_fields_of_the_contract(build_model, frames):
    """Both kinds of results, in plain types, on the CPU and without a graph."""
    out = build_model(JDE)(frames[None], make_clips(frames[None]), mode='predict')
    for frame in out[0]:
        found, tracks = frame.pred_instances, frame.pred_track_instances
        assert set(found.keys()) == {'bboxes', 'scores', 'labels', 'embeds'}
        assert set(tracks.keys()) == set(FIELDS)
        assert tracks.bboxes.shape == (len(tracks), 4)
        assert tracks.instances_id.dtype == tracks.labels.dtype == torch.int64
        assert tracks.bboxes.dtype == tracks.scores.dtype == torch.float32
        assert not any(value.requires_grad for value in found.values())
        assert not any(value.requires_grad for value in tracks.values())


def test_without_a_tracker_there_are_detections_only(build_model, frames):
    """For training and for evaluating detections."""
    out = build_model(None)(frames[None], make_clips(frames[None]), mode='predict')
    assert all('pred_track_instances' not in frame for frame in out[0])
    assert all(len(frame.pred_instances) > 0 for frame in out[0])


def test_images_that_are_no_video(build_model, frames):
    """Detections are scored on images too, which have no frame number."""
    clips = make_clips(frames[None])
    for frame in clips[0].video_data_samples:
        frame.pop('frame_id')
    out = build_model(None)(frames[None], clips, mode='predict')
    assert all('frame_id' not in frame for frame in out[0])
    assert all(len(frame.pred_instances) > 0 for frame in out[0])


@pytest.mark.parametrize('clips', [4, 1])
def test_the_network_sees_every_second_frame(clips, build_model, frames):
    """The others coast: the same people, no detections, the network is not run."""
    model = build_model(JDE)
    every = track(model, frames[None])
    model.detect_every = 2
    batches = []
    model.detector.backbone.register_forward_pre_hook(
        lambda _, args: batches.append(len(args[0]))
    )
    inputs = frames.view(clips, 4 // clips, *frames.shape[1:])
    out = model(inputs, make_clips(inputs), mode='predict')
    samples = [frame for clip in out for frame in clip]
    assert ['pred_instances' in frame for frame in samples] == [True, False] * 2
    assert batches == [2]
    first, coasted = (frame.pred_track_instances for frame in samples[:2])
    assert_same([first], every[:1])
    assert coasted.instances_id.tolist() == first.instances_id.tolist()


def test_a_batch_of_coasted_frames_alone(build_model, frames, monkeypatch):
    """The network does not run for a batch whose frames all coast."""
    model = build_model(dict(JDE))
    model.detect_every = 3
    before = track(model, frames[:1, None])[0]
    monkeypatch.setattr(model.detector.backbone, 'forward', None)
    for tracks in track(model, frames[1:3, None], first=1):
        assert tracks.instances_id.tolist() == before.instances_id.tolist()


@pytest.mark.parametrize('detect_every', [0, 2])
def test_trackers_that_cannot_coast(detect_every, build_model):
    """A tracker of mmdet needs every frame, and 0 is refused."""
    model = build_model(MMDET_TRACKERS['ByteTracker'])
    with pytest.raises(ConfigError, match=f'detect_every={detect_every}'):
        model.detect_every = detect_every


@pytest.mark.parametrize('kind', ['SparseFlowMotion', 'ECCMotion'])
def test_the_tracker_gets_the_image(kind, build_model, frames):
    """Camera motion is found from the images that the model was given."""
    model = build_model(dict(JDE, camera_motion=dict(type=kind, downscale=1)))
    shots = []
    motion = model.tracker.parts.camera_motion
    register = motion._register
    motion._register = lambda last, now: shots.append(now.image) or register(last, now)
    track(model, frames[None])
    assert [shot.shape for shot in shots] == [(64, 96)] * 3


@pytest.mark.parametrize('training', [True, False])
def test_preprocessor_gives_rgb_in_0_to_1(training, build_model):
    """Images come as OpenCV reads them; sides become multiples of 32."""
    bgr = torch.randint(256, (3, 64, 90), dtype=torch.uint8)
    sample = DetDataSample(metainfo=dict(img_shape=(64, 90)))
    image = bgr
    if not training:
        clip = TrackDataSample()
        clip.video_data_samples = [sample]
        image, sample = bgr[None], clip
    data = {'inputs': [image], 'data_samples': [sample]}
    inputs = build_model(None).data_preprocessor(data, training)['inputs']
    assert inputs.shape == ((1, 3, 64, 96) if training else (1, 1, 3, 64, 96))
    rgb = bgr.flip(0).double() / 255
    actual = inputs.reshape(3, 64, 96)[..., :90].double()
    torch.testing.assert_close(actual, rgb, rtol=0, atol=1e-6)


@pytest.mark.parametrize('name', MMDET_TRACKERS)
def test_trackers_of_mmdet_plug_in(name, build_model, frames):
    """Chosen in the config, they number what our detector finds."""
    model = build_model(MMDET_TRACKERS[name])
    results = track(model, frames[:1].expand(4, -1, -1, -1)[:, None])
    ids = [tracks.instances_id.tolist() for tracks in results]
    assert all(ids)
    assert all(set(FIELDS) <= set(tracks.keys()) for tracks in results)
    assert set(ids[-1]) & set(ids[-2])


def test_frame_0_resets_a_tracker_of_mmdet(build_model, frames):
    """Frame 0 resets ByteTracker."""
    model = build_model(MMDET_TRACKERS['ByteTracker'])
    first = track(model, frames[None])
    assert_same(track(model, frames[None]), first)


def test_published_names_load_through_a_wrapper(detector_cfg):
    """DataParallel puts module. in front of the names it looks for."""
    model = MODELS.build(dict(type='FairMOT', detector=detector_cfg))
    published = {
        'hm.2.bias': torch.full((1,), 3.0),
        **{
            name.replace('detector.backbone', 'base'): value + 1
            for name, value in model.state_dict().items()
            if name.startswith('detector.backbone')
        },
    }
    neck = to_published(
        [name for name in model.state_dict() if 'neck' in name], single_conv_heads=False
    )
    published |= {name: model.state_dict()[own] for own, name in neck.items()}
    torch.nn.DataParallel(model).load_state_dict(
        {f'module.{name}': value for name, value in published.items()}
    )
    assert model.detector.bbox_head.heatmap[2].bias == 3.0
    name = 'base.level0.0.weight'
    assert torch.equal(model.detector.backbone.level0[0].weight, published[name])


def test_frozen_modules(detector_cfg, batch):
    """A frozen part has no gradient and keeps its statistics; the rest trains."""
    name = 'detector.backbone'
    model = MODELS.build(
        dict(type='FairMOT', detector=detector_cfg, frozen_modules=[name])
    )
    model.train()
    before = {key: b.clone() for key, b in model.detector.backbone.named_buffers()}
    model.loss(*batch)['loss'].backward()
    for key, buffer in model.detector.backbone.named_buffers():
        assert torch.equal(buffer, before[key])
    for key, parameter in model.named_parameters():
        assert (parameter.grad is None) == key.startswith(name), key


def test_frozen_module_that_is_not_there(detector_cfg):
    """A misspelt part is named."""
    with pytest.raises(ConfigError, match=r'frozen_modules: .*backbon'):
        MODELS.build(
            dict(
                type='FairMOT',
                detector=detector_cfg,
                frozen_modules=['detector.backbon'],
            )
        )
