import pytest
from mmengine.config import Config

from fairmot_mm.config.check_scores import check_scores
from fairmot_mm.utils import ConfigError


def config(hook=None, custom=(), evaluator='MOTMetric', **changes):
    evaluators = dict(type=evaluator) if isinstance(evaluator, str) else evaluator
    return Config(
        dict(
            train_dataloader=dict(batch_size=1),
            val_dataloader=dict(batch_size=1),
            val_evaluator=evaluators,
            default_hooks=dict(checkpoint=dict(type='CheckpointHook', **(hook or {}))),
            custom_hooks=list(custom),
        )
        | changes
    )


TWO = [dict(type='MOTMetric', prefix='mot/car'), dict(type='ImageAPMetric')]


@pytest.mark.parametrize(
    'cfg',
    [
        config(),
        config(dict(save_best='mot/MOTA')),
        config(dict(save_best='auto')),
        config(dict(save_best=['mot/HOTA', 'mot/IDF1/b'])),
        config(dict(save_best=['mot/car/IDSW', 'det/AP']), evaluator=TWO),
        config(dict(save_best='coco/bbox_mAP'), evaluator='FrameCocoMetric'),
        config(
            dict(save_best='mot/MOTA'),
            evaluator=dict(type='Evaluator', metrics=[dict(type='MOTMetric')]),
        ),
        config(dict(save_best='x'), train_dataloader=None),
        config(default_hooks=dict(checkpoint=None)),
    ],
)
def test_scores_that_are_there(cfg):
    """Of the whole, of a sequence, with a prefix, and of other metrics."""
    check_scores(cfg)


@pytest.mark.parametrize(
    ('cfg', 'message'),
    [
        (config(dict(save_best='mot/MOTTA')), "did you mean 'mot/MOTA'"),
        (config(dict(save_best='MOTA')), r"best = 'MOTA' is .*did you mean 'mot/MOTA'"),
        (config(dict(save_best=['mot/MOTA', 'mot/x'])), "'mot/x' is no score"),
        (config(dict(save_best='mot/MOTA'), evaluator=TWO), "mean 'mot/car/MOTA'"),
        (config(dict(save_best='bbox_mAP'), evaluator='FrameCocoMetric'), 'coco/'),
        (
            config(custom=[dict(type='EarlyStoppingHook', monitor='mot/mota')]),
            r"custom_hooks\[0\]\.monitor = 'mot/mota'",
        ),
        (
            config(param_scheduler=dict(type='ReduceOnPlateauLR', monitor='loss')),
            r"param_scheduler\.monitor = 'loss' is no score",
        ),
        (
            config(dict(save_best='mot/MOTA'), val_dataloader=None),
            'has no validation: set it to None',
        ),
    ],
)
def test_scores_that_are_not(cfg, message):
    """They are found before the training, with a score that is there."""
    with pytest.raises(ConfigError, match=message):
        check_scores(cfg)
