import re
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.dataset import Compose, pseudo_collate

from fairmot_mm.apis import load_config
from fairmot_mm.registry import DATASETS, MODELS, TRANSFORMS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.configs.config_files import ConfigFile
from fairmot_mm.utils.configs.variables import READ_KEYS

CONFIGS = Path(__file__).parents[1] / 'configs'
NETWORKS = (
    'csp-(lite|small)|dla34|dla34-conv|dla34-conv-small|dlav0-34|hrnet-w18|hrnet-w32|yolov5s(-lite)?|'
    'r(18|34|50|101|152)(-fpn)?-dcn|regnetx-400mf-fpn|swin-t-hrfpn'
)
LEAF_NAME = re.compile(
    rf'fairmot_({NETWORKS})_\d+xb\d+-\d+e_[a-z0-9-]+(_pre-[a-z0-9-]+)?\.py'
)


def parametrize_configs(pattern, text=''):
    """Run a test with each config that matches and has ``text`` in it."""
    paths = [path for path in sorted(CONFIGS.glob(pattern)) if text in path.read_text()]
    assert paths
    return pytest.mark.parametrize(
        'path', paths, ids=[str(path.relative_to(CONFIGS)) for path in paths]
    )


@parametrize_configs('**/*.py')
def test_can_be_read(path):
    """Every file is a config by itself, with known keys at its top."""
    assert len(load_config(path)) > 0


@parametrize_configs('fairmot/*.py')
def test_leaf_is_short_and_well_named(path):
    """A leaf names an experiment and says how it differs from its bases."""
    assert LEAF_NAME.fullmatch(path.name)
    assert len(path.read_text().splitlines()) <= 40
    cfg = load_config(path)
    gpus, batch, epochs = re.search(r'_(\d+)xb(\d+)-(\d+)e_', path.name).groups()
    assert cfg.train_dataloader.batch_size == int(batch)
    assert cfg.train_cfg.max_epochs == int(epochs)
    assert cfg.auto_scale_lr.base_batch_size == int(gpus) * int(batch)


@parametrize_configs('_base_/models/*.py')
def test_model_base_is_a_whole_model(path):
    """The file of a network describes the whole model."""
    assert path.name.startswith('fairmot_')
    assert load_config(path).model.type == 'FairMOT'


def with_input_of(pipeline, scale):
    """The pipeline with another size of the network's input."""
    steps = []
    for step in pipeline:
        step = dict(step)
        if 'scale' in step:
            step['scale'] = scale
        if 'transforms' in step:
            step['transforms'] = with_input_of(step['transforms'], scale)
        steps.append(step)
    return steps


def image_sample(folder, index):
    """What a data set knows of an image."""
    rng = np.random.default_rng(index)
    path = folder / f'{index}.jpg'
    cv2.imwrite(str(path), rng.integers(0, 256, (108, 192, 3)).astype(np.uint8))
    return dict(
        img_path=str(path),
        img_id=index,
        frame_id=index,
        frame_rate=25.0,
        jde_labels=np.array([[0, index, 0.5, 0.5, 0.4, 0.8]], np.float32),
    )


def run_pipeline(folder, steps, scale=(96, 64), **sample):
    """A batch of two samples that pass all steps."""
    steps = with_input_of(steps, scale)
    for step in steps:
        if 'cutouts' in step:  # people to paste, as tools/ makes them of the data
            step['cutouts'] = str(folder)
            cv2.imwrite(str(folder / 'person.png'), np.full((40, 16, 4), 255, np.uint8))
    pipeline = Compose([TRANSFORMS.build(step) for step in steps])
    return pseudo_collate(
        [pipeline({**image_sample(folder, index), **sample}) for index in range(2)]
    )


def with_identities(cfg):
    """The config for three identities, as counting would leave it."""
    reid_head = cfg.model.detector.reid_head
    num_classes = cfg.model.detector.bbox_head.num_classes
    each = [2, *[1] * (num_classes - 1)]
    reid_head.num_ids = 3 if reid_head.get('joint_classes', True) else each
    return cfg


def train_and_track(cfg, folder):
    """A training step and a prediction with the model and the pipelines of a config."""
    model = MODELS.build(cfg.model)
    dataset = cfg.train_dataloader.dataset
    # What the data set adds to a sample where it has embeddings of a teacher.
    has_teacher = dataset.get('teacher_embeds')
    sample = dict(teacher_embeds=np.ones((1, 3))) if has_teacher else {}
    batch = run_pipeline(folder, dataset.pipeline, **sample)
    batch = model.data_preprocessor(batch, training=True)
    assert batch['inputs'].shape == (2, 3, 64, 96)
    loss, values = model.parse_losses(model.train()(**batch, mode='loss'))
    loss.backward()
    assert torch.isfinite(loss)
    assert {'heatmap', 'size', 'offset'} <= set(values)
    # 'id', or 'id_0' ... with a classifier for each class.
    assert any(re.fullmatch(r'id(_\d+)?', name) for name in values)
    without = [name for name, w in model.named_parameters() if w.grad is None]
    assert not without

    frames = run_pipeline(folder, cfg.test_dataloader.dataset.pipeline)
    for number, clip in enumerate(model.eval().test_step(frames)):
        (frame,) = clip.video_data_samples
        assert frame.frame_id == number
        assert set(frame.pred_instances.keys()) == {
            'bboxes',
            'scores',
            'labels',
            'embeds',
        }
        if cfg.model.tracker is not None:
            assert 'instances_id' in frame.pred_track_instances


@parametrize_configs('[!_]*/*.py', text='_base_ = ')
def test_leaf_trains_and_tracks(path, tmp_path):
    """Model and pipelines fit together: a training step and a prediction."""
    train_and_track(with_identities(load_config(path)), tmp_path)


@parametrize_configs('_base_/models/*.py')
def test_network_trains_and_tracks(path, tmp_path):
    """Every network does with the common data and schedule what those of leaves do."""
    bases = [path] + [
        CONFIGS / '_base_' / base
        for base in (
            'datasets/jde_1088x608.py',
            'schedules/adam_30e.py',
            'default_runtime.py',
        )
    ]
    config = tmp_path / 'config.py'
    config.write_text(f'_base_ = {[str(base) for base in bases]}')
    train_and_track(with_identities(load_config(config)), tmp_path)


@parametrize_configs('fairmot/*.py')
def test_leaf_data_sets_are_registered(path):
    """Data set types, samplers and metrics of a leaf exist, lists and videos named."""
    cfg = load_config(path)
    train_set, test_set = cfg.train_dataloader.dataset, cfg.test_dataloader.dataset
    assert DATASETS.get(train_set.type) is not None
    assert train_set.ann_files
    assert DATASETS.get(test_set.type) is not None
    assert not Path(test_set.data_root).is_absolute()


def settable(path):
    """Variables of a config, and values that differ from theirs."""
    cfg = load_config(path)
    other = {
        bool: lambda v: not v,
        int: lambda v: v + 1,
        float: lambda v: v * 2,
        str: lambda v: f'other/{v}',
        list: lambda v: [*v, 'other'],
        tuple: lambda v: (*v[:-1], 32),
        dict: lambda v: {**v, 'other_key': 1},
        type(None): lambda v: ['other'],
    }
    kinds = {**other, type(cfg._cfg_dict): other[dict]}
    return {
        name: kinds[type(value)](value)
        for name, value in cfg.items()
        if name not in READ_KEYS
    }


def read_part(cfg):
    """What mmengine and the tools read of a config."""
    return {key: value for key, value in cfg.to_dict().items() if key in READ_KEYS}


@parametrize_configs('**/*.py')
def test_variables_can_be_set(path, tmp_path):
    """A variable of the file changes the run, from a child and from an option."""
    before = read_part(load_config(path))
    own = ConfigFile(path).assigned()
    # The configs that use them are others, in which they cannot be set.
    own -= {'pretrained_dir', 'likelihood_tracker'}
    is_pure = 'read_base' in path.read_text()
    child = tmp_path / 'child.py'
    for name, value in settable(path).items():
        if name not in own:
            continue
        child.write_text(f'_base_ = {str(path)!r}\n{name} = {value!r}\n')
        ways = [(path, {name: value})] + [(child, None)] * (not is_pure)
        for way in ways:
            assert changes(before, *way), name


def changes(before, path, options):
    """Whether a config differs from another one."""
    return read_part(load_config(path, options)) != before


@pytest.mark.parametrize('name', ['affine', 'jitter', 'flip'])
def test_variables_that_a_leaf_has_replaced(name, tmp_path):
    """They are refused: the pipeline that used them is not there any more."""
    (leaf,) = CONFIGS.glob('fairmot/*pets20.py')
    with pytest.raises(ConfigError, match='would change nothing'):
        load_config(leaf, {name: dict(type='Other')})
    child = tmp_path / 'child.py'
    child.write_text(f'_base_ = {str(leaf)!r}\n{name} = dict(type="Other")\n')
    with pytest.raises(ConfigError, match=f"'{name}' changes nothing"):
        load_config(child)
