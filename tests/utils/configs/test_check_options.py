import pytest
from mmengine.config import Config

from fairmot_mm.apis import load_config
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.configs.check_options import check_options

CONFIG = 'configs/fairmot/fairmot_yolov5s-lite_1xb8-14e_street.py'
DETECTOR = 'model.detector'


@pytest.mark.parametrize(
    ('option', 'value', 'message'),
    [
        ('no_such', 1, 'option no_such would change nothing'),
        ('modle.tracker.x', 1, "no part of the config uses 'modle'"),
        ('model.trackr.x', 1, "model: FairMOT has no argument 'trackr' .*'tracker'"),
        ('model.tracker.no_such', 1, "model.tracker: JDETracker has no argument 'no_"),
        ('model.tracker', dict(no_such=1), "JDETracker has no argument 'no_such'"),
        ('model.tracker.track_buffer', 'abc', "takes int for 'track_buffer', not 'abc"),
        ('model.tracker.track_buffer.x', 1, 'track_buffer is 73, which has no key'),
        (f'{DETECTOR}.backbone.depth', 1, "CSPDarknet has no argument 'depth'"),
        (f'{DETECTOR}.neck.conv.x', 1, "YOLOv5Neck has no argument 'conv'"),
        ('inference.bakend', 'x', "inference has no argument 'bakend' .*'backend'"),
        ('inference.compile', 'x', "inference takes bool for 'compile', not 'x'"),
        ('train_dataloader.batch_sise', 1, 'train_dataloader has no argument .*batch_'),
        ('train_dataloader.batch_size', 'x', "takes int | None for 'batch_size'"),
        ('train_cfg.max_epoch', 1, "ResumableEpochLoop .*'max_epoch' .*'max_epochs'"),
        ('optim_wrapper.optimizer.lrr', 1, "AdamW has no argument 'lrr' .*'lr'"),
        ('optim_wrapper.clip_gradd', 1, "no argument 'clip_gradd' .*'clip_grad'"),
        ('param_scheduler.0.endd', 1, r"param_scheduler\[0\]: .* 'endd' .*'end'"),
        ('default_hooks.logger.intervall', 1, "LoggerHook has no argument 'intervall'"),
    ],
)
def test_an_option_that_leads_nowhere(option, value, message):
    """The key or value that cannot work is named, at any depth."""
    with pytest.raises(ConfigError, match=message):
        check_options(CONFIG, {option: value})


@pytest.mark.parametrize(
    ('option', 'value'),
    [
        ('model.tracker.track_buffer', 5),
        ('model.tracker.type', 'ByteTracker'),
        ('model.tracker.type', 5),
        ('model.tracker', dict(type='ByteTracker', num_frames_retain=3, _delete_=True)),
        (f'{DETECTOR}.backbone.act_cfg.inplace', True),
        (f'{DETECTOR}.bbox_head.test_cfg.max_per_img', 3),
        (f'{DETECTOR}.neck', dict(type='MyNeck', anything=1)),
        ('model.init_cfg', dict(type='Pretrained', checkpoint='a.pth')),
        ('inference.num_threads', None),
        ('train_dataloader.num_batch_per_epoch', 3),
        ('default_hooks.logger.priority', 'LOW'),
        ('optim_wrapper.paramwise_cfg.norm_decay_mult', 0),
        ('data_root', 'elsewhere'),
        ('log_level', 'DEBUG'),
    ],
)
def test_an_option_that_works(option, value):
    """What a component takes, what a builder takes out, and what nobody can know."""
    check_options(CONFIG, {option: value})


def test_a_module_of_the_user_may_replace_a_component():
    """Then only the class itself knows its arguments."""
    imports = dict(imports=['my_package'])
    check_options(CONFIG, {'model.tracker.mine': 1, 'custom_imports': imports})


def test_an_early_answer_is_the_later_one(tmp_path):
    """The same message, whether classes are known or not; variables are replaced."""
    path = tmp_path / 'config.py'
    path.write_text(
        "frames = 'many'\nmodel = dict(type='FairMOT', "
        "tracker=dict(type='JDETracker', track_buffer='${frames}'))"
    )
    with pytest.raises(ConfigError, match="takes int for 'track_buffer', not 'many'"):
        check_options(path, {'model.tracker.track_buffer': '${frames}'})
    check_options(path, {'frames': 3, 'model.tracker.track_buffer': '${frames}'})
    assert load_config(path, {'frames': 3}).model.tracker.track_buffer == 3


def test_a_config_without_a_file():
    """The tracker as published, where a command line names no config."""
    config = Config({'model': {'tracker': {'type': 'JDETracker'}}})
    check_options(config, {'model.tracker.track_buffer': 3})
    with pytest.raises(ConfigError, match="has no argument 'x'"):
        check_options(config, {'model.tracker.x': 3})
