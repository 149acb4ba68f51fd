import json
import shutil
import zipfile

import pytest
import torch
from mmengine.config import Config

from fairmot_mm.actions import test_sequences
from fairmot_mm.actions.test import direct_results
from fairmot_mm.evaluation import MOTMetric
from fairmot_mm.registry import METRICS
from fairmot_mm.utils import ConfigError, read_mot
from fairmot_mm.utils.claim_output import lock_output


@pytest.fixture
def sure(trained, tmp_path):
    """The trained weights, changed so that people are found everywhere."""
    checkpoint = torch.load(trained[1] / 'epoch_3.pth', weights_only=True)
    for branch, bias in (('heatmap', 5.0), ('size', 3.0)):
        names = [
            name
            for name in checkpoint['state_dict']
            if name.startswith(f'detector.bbox_head.{branch}.') and 'bias' in name
        ]
        checkpoint['state_dict'][names[-1]].fill_(bias)
    torch.save(checkpoint, tmp_path / 'sure.pth')
    return tmp_path / 'sure.pth'


def test_tracks_and_scores(trained, sure, run_tool, tmp_path, capsys):
    """A result file for every sequence and a table with all of them."""
    run_tool('test', trained[0], sure, '--work-dir', tmp_path)
    assert [path.name for path in (tmp_path / 'results').iterdir()] == ['b.txt']
    rows = read_mot(tmp_path / 'results' / 'b.txt')
    assert set(rows.frames) == {1, 2, 3, 4}
    table = capsys.readouterr().out
    assert all(f'\n{name} ' in table for name in ('sequence', 'b', 'OVERALL'))


def test_out(trained, run_tool, tmp_path):
    """--out names the folder of the result files."""
    config, work_dir = trained
    arguments = ['--work-dir', tmp_path / 'logs', '--out', tmp_path / 'tracks']
    run_tool('test', config, work_dir / 'epoch_3.pth', *arguments)
    assert [path.name for path in (tmp_path / 'tracks').iterdir()] == ['b.txt']
    assert not (tmp_path / 'logs' / 'results').exists()


@pytest.mark.parametrize('name', ['tracks', 'to_send.zip'])
def test_results_that_another_run_writes(name, trained, run_tool, tmp_path):
    """Two runs do not write to the same folder or file."""
    options = ['--out', tmp_path / 'tracks', '--submission', tmp_path / 'to_send.zip']
    with (
        lock_output(tmp_path / name),
        pytest.raises(SystemExit, match=rf'{name} is being written by another run'),
    ):
        run_tool(
            *('test', trained[0], trained[1] / 'epoch_3.pth', '--work-dir', tmp_path),
            *options,
        )
    assert not [*(tmp_path / 'tracks').iterdir()]


def test_weights_of_the_zoo(trained, run_tool, tmp_path, monkeypatch):
    """A name needs no weights: those of the zoo are looked for; a config needs them."""
    monkeypatch.setenv('FAIRMOT_MM_CACHE', str(tmp_path))
    with pytest.raises(SystemExit, match=r'fairmot_dla34\.pth with a browser'):
        run_tool('test', 'fairmot_dla34', '--work-dir', tmp_path)
    with pytest.raises(SystemExit, match='is a file: name the weights after it'):
        run_tool('test', trained[0], '--work-dir', tmp_path)


def test_submission(trained, sure, run_tool, tmp_path, make_config):
    """--submission packs the result files, of sequences without ground truth too."""
    videos = tmp_path / 'test'
    shutil.copytree(make_config.data / 'mot' / 'b', videos / 'b')
    shutil.rmtree(videos / 'b' / 'gt')
    options = [f'test_dataloader.dataset.data_root={videos}']
    arguments = ['--submission', tmp_path / 'to_send.zip', '--cfg-options', *options]
    run_tool('test', trained[0], sure, '--work-dir', tmp_path, *arguments)
    with zipfile.ZipFile(tmp_path / 'to_send.zip') as archive:
        assert archive.namelist() == ['b.txt']
        text = archive.read('b.txt')
    assert len(text.splitlines()) > 4
    assert text == (tmp_path / 'results' / 'b.txt').read_bytes()


HEADS = """
steps = ['LoadImage', 'LoadJDELabels', 'LoadInstances', 'PackFrame']
test_pipeline = [dict(type=step) for step in steps]
test_pipeline.insert(3, dict(type='Letterbox', scale=(96, 64)))
model = dict(tracker=None)
model['detector'] = dict(
    backbone=dict(base_channels=4),
    neck=dict(in_channels=[16, 32, 64, 128]),
    bbox_head=dict(
        in_channels=16, feat_channels=16, test_cfg=dict(max_per_img=200, score_thr=0.0)
    ),
    reid_head=dict(in_channels=16, feat_channels=16, embed_dims=16),
)
test_dataloader = dict(
    _delete_=True,
    batch_size=3,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='JDEDataset', data_root='{data}/jde', ann_files=['street.train'],
        pipeline=test_pipeline, test_mode=True,
    ),
)
test_evaluator = [
    dict(type=metric)
    for metric in ('ImageAPMetric', 'FrameCocoMetric', 'ReIDVerificationMetric')
]
"""


def test_detection_and_reid(trained, run_tool, make_config, tmp_path):
    """Detection and embeddings of labelled images, by config, without a tracker."""
    config = make_config(HEADS.replace('{data}', str(make_config.data)))
    arguments = [trained[1] / 'epoch_3.pth', '--work-dir', tmp_path]
    run_tool('test', config, *arguments)
    (log,) = tmp_path.glob('2*/2*.json')
    scores = json.loads(log.read_text())
    assert {'det/AP', 'coco/bbox_mAP', 'reid/TPR@FAR=0.1'} <= set(scores)
    # Clothes alone tell five people apart better than chance.
    assert scores['reid/TPR@FAR=0.1'] > 0.15
    with pytest.raises(SystemExit, match='--submission need a MOTMetric'):
        run_tool('test', config, *arguments, '--submission', tmp_path / 'a.zip')


class OwnMetric(MOTMetric):
    """A metric of a user, with a name that says nothing of ours."""


@pytest.fixture
def own_metric():
    METRICS.register_module(name='OwnMetric', module=OwnMetric, force=True)
    yield OwnMetric
    METRICS.module_dict.pop('OwnMetric')


@pytest.mark.parametrize(
    'kind', ['MOTMetric', 'fairmot_mm.MOTMetric', MOTMetric, 'OwnMetric', OwnMetric]
)
@pytest.mark.parametrize('form', ['alone', 'list', 'evaluator'])
def test_every_tracking_metric_writes_results(tmp_path, own_metric, kind, form):
    """Named with a scope, as a class or derived; alone, in a list or an Evaluator."""
    metric, other = dict(type=kind), dict(type='mmdet.CocoMetric')
    evaluator = {
        'alone': metric,
        'list': [other, metric],
        'evaluator': dict(type='Evaluator', metrics=[other, metric]),
    }[form]
    cfg = Config(dict(test_evaluator=evaluator, work_dir=str(tmp_path)))
    direct_results(cfg, None, str(tmp_path / 'a.zip'))
    found = cfg.test_evaluator
    found = found.get('metrics', [found]) if form != 'list' else found
    assert found[-1].outfile_prefix == str(tmp_path / 'results')
    assert found[-1].submission == str(tmp_path / 'a.zip')


def test_metrics_of_several_classes_have_a_folder_each(tmp_path):
    """Result files of one class do not replace those of another."""
    metrics = [
        dict(type='MOTMetric', label=k, prefix=f'mot/{name}')
        for k, name in enumerate(('person', 'car'))
    ]
    cfg = Config(dict(test_evaluator=metrics, work_dir=str(tmp_path)))
    direct_results(cfg, str(tmp_path / 'out'), None)
    folders = [metric.outfile_prefix for metric in cfg.test_evaluator]
    assert folders == [
        str(tmp_path / 'out' / f'mot-{name}') for name in ('person', 'car')
    ]
    with pytest.raises(ConfigError, match='one MOTMetric, and test_evaluator has 2'):
        direct_results(cfg, None, str(tmp_path / 'a.zip'))


def test_onnx_with_averaged_weights(trained, sure, run_tool, make_config, tmp_path):
    """An ONNX file runs with a config that averages weights in training (EMAHook)."""
    ema = "custom_hooks = [dict(type='EMAHook')]"
    config = make_config(ema)
    onnx = ['--cfg-options', 'inference.backend=onnxruntime']
    run_tool('test', config, sure, '--work-dir', tmp_path / 'onnx', *onnx)
    run_tool('test', config, sure, '--work-dir', tmp_path / 'torch')
    found, expected = (
        read_mot(tmp_path / backend / 'results' / 'b.txt')
        for backend in ('onnx', 'torch')
    )
    assert len(found.frames) > 4
    assert found.frames.tolist() == expected.frames.tolist()
    assert found.ids.tolist() == expected.ids.tolist()


@pytest.mark.parametrize(
    ('checkpoint', 'option', 'message'),
    [
        ('gone.pth', None, 'gone.pth does not exist'),
        (
            'epoch_3.pth',
            'model.detector.reid_head.embed_dims=8',
            'of another shape: detector.reid_head.',
        ),
        ('epoch_3.pth', 'model.tracker.track_bufer=60', "argument 'track_bufer'"),
        ('epoch_3.pth', 'test_evaluator=None', 'has no test_dataloader and test_eva'),
    ],
)
def test_one_line_errors(trained, run_tool, tmp_path, checkpoint, option, message):
    """A checkpoint or config that cannot work ends with one line."""
    config, work_dir = trained
    options = ['--cfg-options', option] if option else []
    with pytest.raises(SystemExit) as ended:
        run_tool(
            'test', config, work_dir / checkpoint, '--work-dir', tmp_path, *options
        )
    assert ended.value.code.startswith('error: ')
    assert message in ended.value.code
    assert '\n' not in ended.value.code


def test_another_network(trained, run_tool, make_config, tmp_path):
    """Weights of another network are refused, with what does not fit."""
    wider = make_config(
        'model = dict(detector=dict(\n'
        '    backbone=dict(base_channels=8),\n'
        '    neck=dict(in_channels=[32, 64, 128, 256]),\n'
        '    bbox_head=dict(in_channels=32), reid_head=dict(in_channels=32)))\n'
    )
    with pytest.raises(
        SystemExit, match=r'epoch_3\.pth does not fit .* detector\.back'
    ):
        run_tool(
            'test', wider, trained[1] / 'epoch_3.pth', '--work-dir', tmp_path / 'other'
        )


def test_with_an_engine(trained, sure, run_tool, tmp_path, capsys, in_this_process):
    """A worker for each sequence gives the files and the table of one process."""
    done = in_this_process(test_sequences)
    both = ['--cfg-options', 'test_dataloader.dataset.sequences=[a,b]']
    options = [trained[0], sure, '--work-dir', tmp_path / 'logs', *both, '--out']
    run_tool('test', *options, tmp_path / 'one')
    one = capsys.readouterr().out
    run_tool('test', *options, tmp_path / 'many', '--engine', 'local')
    many = capsys.readouterr().out
    assert len(done) == 2
    for name in ('a.txt', 'b.txt'):
        content = (tmp_path / 'many' / name).read_text()
        assert content == (tmp_path / 'one' / name).read_text() != ''
    lines = [line for line in one.splitlines() if line.startswith(('a ', 'b ', 'OVER'))]
    assert len(lines) == 3
    assert all(line in many for line in lines)
    assert 'mot/IDF1: ' in many


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--launcher', 'pytorch'], 'leave out --launcher'),
        (
            ['--cfg-options', 'test_evaluator.type=ImageAPMetric'],
            'MOTMetric',
        ),
    ],
)
def test_no_engine_for_this(trained, run_tool, tmp_path, options, message):
    """An engine is refused where its results would not be those of the test."""
    weights = trained[1] / 'epoch_3.pth'
    with pytest.raises(SystemExit, match=message):
        run_tool(
            *('test', trained[0], weights, '--work-dir', tmp_path, '--engine', 'local'),
            *options,
        )
