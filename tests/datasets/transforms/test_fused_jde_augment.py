import random

import cv2
import numpy as np
import pytest
from PIL import Image

from fairmot_mm.apis import load_config
from fairmot_mm.datasets import FusedJDEAugment
from fairmot_mm.datasets.transforms.fused_jde_augment import choose_reduction
from fairmot_mm.registry import TRANSFORMS
from fairmot_mm.synthetic import SyntheticScene
from fairmot_mm.utils import ConfigError, DataError

SCALE = (272, 152)  # a quarter of the published input
# Mean difference in grey levels that these grainy, small pictures may have; that of
# real ones is far below (docs/explanation/performance_data.md).
GRAINY = 3.5


def steps_of(scale=SCALE, flip=0.5, **affine):
    return [
        dict(type='LoadImage'),
        dict(type='LoadJDELabels'),
        dict(type='SaturationValueJitter'),
        dict(type='Letterbox', scale=scale),
        dict(type='JDERandomAffine', **affine),
        dict(type='RandomFlip', prob=flip),
    ]


@pytest.fixture(scope='session')
def make_image(tmp_path_factory):
    """Write frames of a street; gives results of a data set for one of them."""
    folder = tmp_path_factory.mktemp('street')

    def make(number, size=(480, 270), suffix='.jpg'):
        path = folder / f'{number}_{size[0]}x{size[1]}{suffix}'
        if not path.exists():
            scene = SyntheticScene(number, 8, *size, num_frames=1)
            image, _ = next(iter(scene.frames()))
            cv2.imwrite(str(path), image)
        rng = np.random.default_rng(number)
        rows = np.zeros((30, 6), np.float32)
        rows[:, 1] = np.arange(30)
        rows[:, 2:4] = rng.uniform(-0.05, 1.05, (30, 2))
        rows[:, 4:] = rng.uniform((0.02, 0.05), (0.15, 0.5), (30, 2))
        return dict(img_path=str(path), jde_labels=rows)

    return make


def run(transforms, sample, seed):
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - RandomFlip draws from it
    results = dict(sample)
    for transform in transforms:
        results = transform(results)
    return results


def both(sample, seed, steps):
    """A sample step by step and fused, by the same random numbers."""
    one_by_one = [TRANSFORMS.build(step) for step in steps]
    return run(one_by_one, sample, seed), run([FusedJDEAugment(steps)], sample, seed)


@pytest.mark.parametrize(
    'options',
    [
        {},
        dict(clip_border=True, swap_translate_axes=False),
        dict(scaling_ratio_range=(0.7, 2.2), max_rotate_degree=20.0),
        dict(min_bbox_size=20.0, min_area_ratio=0.5, max_aspect_ratio=3.0),
    ],
)
def test_same_boxes(make_image, options):
    """Same draws, same boxes to 1e-3 px, same identities, whatever the switches."""
    num_boxes = 0
    for seed in range(20):
        size = [(480, 270), (320, 240), (641, 361)][seed % 3]
        steps, fused = both(make_image(seed % 2, size), seed, steps_of(**options))
        np.testing.assert_allclose(
            fused['gt_bboxes'].tensor, steps['gt_bboxes'].tensor, atol=1e-3
        )
        for key in ('gt_instances_ids', 'gt_bboxes_labels', 'homography_matrix'):
            np.testing.assert_array_equal(fused[key], steps[key])
        meta = ('img_shape', 'ori_shape', 'scale_factor', 'pad_param', 'flip')
        assert [fused[key] for key in meta] == [steps[key] for key in meta]
        assert fused.keys() == steps.keys()
        num_boxes += len(fused['gt_bboxes'])
    assert 100 < num_boxes < 20 * 30


@pytest.mark.parametrize(
    ('size', 'reduction'),
    [
        ((480, 270), 2),
        ((320, 180), 1),
        ((640, 360), 2),
        ((200, 150), 1),
        ((961, 541), 4),
    ],
)
def test_pixels_are_close(make_image, size, reduction):
    """Over 12 draws of grainy pictures: at most two grey levels on average, and no
    drift of brightness, contrast or sharpness."""
    fused_step = FusedJDEAugment(steps_of())
    image, full = fused_step.decode(make_image(0, size)['img_path'])
    assert full == size
    assert image.shape[1] == -(-size[0] // reduction)
    differences, sharpness, contrast = [], [], []
    for seed in range(12):
        steps, fused = both(make_image(seed % 3, size), seed, steps_of())
        one, other = (result['img'].astype(int) for result in (steps, fused))
        assert one.shape == other.shape
        differences.append(other - one)
        edges = [np.abs(np.diff(pixels, axis=1)).mean() for pixels in (other, one)]
        sharpness.append(edges[0] / edges[1])
        contrast.append(other.std() / one.std())
    size_of = np.abs(differences)
    assert size_of.mean() < (0.6 if reduction == 1 else 2)
    assert np.percentile(size_of, 95) <= (3 if reduction == 1 else 10)
    assert abs(np.mean(differences)) < 0.4
    assert np.mean(sharpness) == pytest.approx(1, abs=0.07)
    assert np.mean(contrast) == pytest.approx(1, abs=0.01)


def test_exact_is_the_published_form(make_image):
    """With ``exact``, pixels and boxes are those of the single steps, to the bit."""
    exact = FusedJDEAugment(steps_of(), exact=True)
    one_by_one = [TRANSFORMS.build(step) for step in steps_of()]
    for seed in range(4):
        sample = make_image(seed)
        results, steps = run([exact], sample, seed), run(one_by_one, sample, seed)
        np.testing.assert_array_equal(results['img'], steps['img'])
        assert results['gt_bboxes'].tensor.equal(steps['gt_bboxes'].tensor)
    assert (results['img'] != both(sample, seed, steps_of())[1]['img']).any()


def test_a_config_switches_to_the_published_form():
    """``exact_augment=True`` on the command line reaches the step."""
    config = 'fairmot_dla34_2xb6-30e_mot17'
    for options, exact in ({}, False), (dict(exact_augment=True), True):
        cfg = load_config(config, options)
        step = TRANSFORMS.build(cfg.train_dataloader.dataset.pipeline[0])
        assert step.exact is exact


def test_pixels_lie_where_the_boxes_are(tmp_path):
    """Bright blocks of a large picture stay inside their boxes, also mirrored, and
    fill them."""
    image = np.zeros((540, 960, 3), np.uint8)
    corners = np.array([(x, y) for x in (200, 440, 680) for y in (120, 360)])
    for x, y in corners:
        image[y : y + 60, x : x + 60] = 255
    path = tmp_path / 'blocks.jpg'
    cv2.imwrite(str(path), image)
    rows = np.zeros((6, 6), np.float32)
    rows[:, 2:4] = (corners + 30) / (960, 540)
    rows[:, 4:] = 60 / np.array([960, 540])
    still = dict(max_rotate_degree=0.0, max_shear_degree=0.0)
    fused = FusedJDEAugment(steps_of(**still))
    for seed in range(10):
        sample = dict(img_path=str(path), jde_labels=rows)
        results = run([fused], sample, seed)
        bright = results['img'].max(axis=2) > 140
        inside = np.zeros_like(bright)
        for x1, y1, x2, y2 in results['gt_bboxes'].tensor.round().int().tolist():
            inside[max(y1 - 1, 0) : y2 + 1, max(x1 - 1, 0) : x2 + 1] = True
            assert bright[max(y1 + 1, 0) : y2 - 1, max(x1 + 1, 0) : x2 - 1].all()
        if len(results['gt_bboxes']) == 6:
            assert not (bright & ~inside).any()


@pytest.mark.parametrize('left_out', [(), (2,), (4,), (5,), (2, 4, 5)])
def test_steps_may_be_left_out(make_image, left_out):
    """Without jitter, affine or flip it is still the same as the steps."""
    steps = [step for index, step in enumerate(steps_of()) if index not in left_out]
    one, other = both(make_image(0), 3, steps)
    np.testing.assert_allclose(
        other['gt_bboxes'].tensor, one['gt_bboxes'].tensor, atol=1e-3
    )
    assert np.abs(one['img'].astype(int) - other['img']).mean() < GRAINY


def test_letterbox_of_equal_size_is_exact(make_image):
    """With nothing to resize and nothing drawn, every pixel is the same."""
    steps = steps_of((320, 180))
    one, other = both(make_image(0, (320, 180)), 0, [*steps[:2], steps[3]])
    np.testing.assert_array_equal(one['img'], other['img'])


@pytest.mark.parametrize('direction', ['horizontal', 'vertical', 'diagonal'])
def test_flips(make_image, direction):
    """Each direction of mmdet's flip mirrors pixels as it mirrors boxes."""
    steps = steps_of((240, 136))
    steps[-1] = dict(type='RandomFlip', prob=1.0, direction=direction)
    one, other = both(make_image(0), 0, steps)
    assert other['flip_direction'] == direction
    assert np.abs(one['img'].astype(int) - other['img']).mean() < GRAINY


def test_stored_sideways(make_image, tmp_path):
    """An image that EXIF turns upright is read upright, at the size it then has."""
    sample = make_image(0, (640, 360))
    path = tmp_path / 'sideways.jpg'
    with Image.open(sample['img_path']) as image:
        exif = image.getexif()
        exif[0x0112] = 6
        image.save(path, exif=exif, quality=95)
    one, other = both(dict(sample, img_path=str(path)), 1, steps_of())
    assert one['ori_shape'] == other['ori_shape'] == (640, 360)
    assert np.abs(one['img'].astype(int) - other['img']).mean() < GRAINY


def test_other_formats_are_read_whole(make_image):
    """Only JPEG has a cheap smaller form; a PNG is resized by area as before."""
    sample = make_image(0, (480, 270), '.png')
    image, size = FusedJDEAugment(steps_of()).decode(sample['img_path'])
    assert image.shape == (270, 480, 3)
    assert size == (480, 270)
    one, other = both(sample, 1, steps_of())
    assert np.abs(one['img'].astype(int) - other['img']).mean() < 1


@pytest.mark.parametrize(
    ('ratio', 'reduction'),
    [(608 / 1080, 2), (0.5, 2), (0.58, 1), (1.3, 1), (0.28, 4), (0.3, 2), (0.01, 8)],
)
def test_choose_reduction(ratio, reduction):
    """1080p is read at half size; never much smaller than the letterbox."""
    assert choose_reduction(ratio) == reduction


def test_damaged_file(tmp_path):
    """A JPEG that ends in its header, or is none, is named."""
    fused = FusedJDEAugment(steps_of())
    for content in (b'\xff\xd8\xff\xe0', b'', b'text'):
        path = tmp_path / 'broken.jpg'
        path.write_bytes(content)
        with pytest.raises(DataError, match=r'broken\.jpg cannot be decoded'):
            fused(dict(img_path=str(path), jde_labels=np.zeros((0, 6), np.float32)))


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (lambda steps: steps[::-1], 'in this order'),
        (lambda steps: steps[1:], r"not \['LoadJDELabels'"),
        (lambda steps: [*steps, dict(type='PackJDEInputs')], 'list other steps after'),
        (lambda steps: [*steps, steps[-1]], 'in this order'),
        (
            lambda steps: [*steps[:3], dict(type='Letterbox', pad_val=0), *steps[4:]],
            'grey 0 and JDERandomAffine with 127.5',
        ),
    ],
)
def test_wrong_steps(change, message):
    """What cannot be fused is refused, and the message has the way out."""
    with pytest.raises(ConfigError, match=message):
        FusedJDEAugment(change(steps_of()))
