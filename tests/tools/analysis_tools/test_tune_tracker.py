import builtins
import sys

import pytest
from mmengine.config import Config

from fairmot_mm.actions import tune_tracker
from fairmot_mm.actions.search_space import space_of
from fairmot_mm.apis import build_tracker, load_config
from fairmot_mm.evaluation import OVERALL, load_all_detections, score_tracker
from fairmot_mm.models.trackers import OverlapStage
from fairmot_mm.registry import MODELS, TASK_UTILS
from fairmot_mm.utils.setup_env import register_all_modules
from fairmot_mm.utils.tunable import Tunable


@pytest.fixture
def main(load_main):
    return load_main('tune_tracker')


@pytest.fixture
def config(tmp_path):
    """A tracker that finds nearly nobody."""
    path = tmp_path / 'base.py'
    path.write_text("model = dict(tracker=dict(type='JDETracker', obj_score_thr=0.95))")
    return path


def best_value(capsys, metric):
    (line,) = (
        line
        for line in capsys.readouterr().out.splitlines()
        if line.startswith('trial')
    )
    words = line.split()
    return float(words[words.index(metric) + 1])


def test_finds_better_settings(main, noisy, config, tmp_path, capsys):
    """The written config scores what is printed, more than what it is based on."""
    out = tmp_path / 'out'
    options = ['--config', str(config), '--metric', 'MOTA', '--trials', '6']
    params = ['obj_score_thr=(0.2, 0.9)', 'track_buffer=(5, 9)']
    params += ['refresh_score=[True, False]', 'cost_thrs.iou=(0.3, 0.9)']
    main([str(noisy), '--out', str(out), *options, '--param', *params])
    printed = best_value(capsys, 'MOTA')
    sequences = load_all_detections(noisy)
    start, tuned = (
        score_tracker(build_tracker(path), sequences)[OVERALL]['MOTA']
        for path in (config, out / 'tuned_tracker.py')
    )
    assert start < tuned
    assert 100 * tuned == pytest.approx(printed, abs=0.006)
    tracker = Config.fromfile(out / 'tuned_tracker.py').model.tracker
    assert tracker.type == 'JDETracker'  # of the base
    assert 5 <= tracker.track_buffer <= 9
    assert isinstance(tracker.track_buffer, int)
    assert set(tracker.cost_thrs) == {'iou'}


def test_the_first_trial_is_the_start(main, noisy, tmp_path, capsys):
    """A search never ends below the tracker it began with, and near it on request."""
    config = tmp_path / 'good.py'
    config.write_text("model = dict(tracker=dict(type='JDETracker', track_buffer=77))")
    options = [str(noisy), '--config', str(config), '--metric', 'mean', '--around']
    main([*options, '0.1', '--trials', '1', '--out', str(tmp_path / 'one')])
    start, trial = capsys.readouterr().out.splitlines()[:2]
    tuned = Config.fromfile(tmp_path / 'one' / 'tuned_tracker.py').model.tracker
    assert tuned.track_buffer == 77
    assert start.startswith('start')
    assert trial.startswith('trial 0')
    main([*options, '0.1', '--trials', '4', '--out', str(tmp_path / 'four')])
    tuned = Config.fromfile(tmp_path / 'four' / 'tuned_tracker.py').model.tracker
    assert 73 <= tuned.track_buffer <= 81
    for share in ('0', '1', 'nan'):
        with pytest.raises(SystemExit, match=f'--around {share}.*above 0 and below 1'):
            main([*options, share, '--out', str(tmp_path / 'none')])


def test_validation_takes_no_part(main, noisy, config, tmp_path, capsys):
    """Other detections are scored at the end, and change nothing in the search."""
    options = [str(noisy / 'a.npz'), '--config', str(config), '--trials', '3']
    main([*options, '--out', str(tmp_path / 'without')])
    without = capsys.readouterr().out.splitlines()[:2]
    other = noisy / 'b.npz'
    main([*options, '--out', str(tmp_path / 'with'), '--validation', str(other)])
    found = capsys.readouterr().out.splitlines()
    assert found[:2] == without
    assert found[2] == f'on {other}:'
    best = build_tracker(tmp_path / 'with' / 'tuned_tracker.py')
    scores = score_tracker(best, load_all_detections(other))[OVERALL]
    assert f'HOTA {100 * scores["HOTA"]:.2f}' in found[4]
    with pytest.raises(SystemExit, match=r'missing\.npz does not exist'):
        main([*options, '--out', str(tmp_path), '--validation', 'missing.npz'])


def test_goes_on_where_it_was(main, noisy, tmp_path, capsys):
    """Trials of an earlier run count; another question needs another folder."""
    options = [str(noisy), '--out', str(tmp_path / 'out'), '--trials']
    main([*options, '2'])
    first = best_value(capsys, 'HOTA')
    main([*options, '2'])
    assert best_value(capsys, 'HOTA') == first
    assert '# Of 2 trials' in (tmp_path / 'out' / 'tuned_tracker.py').read_text()
    main([*options, '4'])
    assert best_value(capsys, 'HOTA') >= first
    assert '# Of 4 trials' in (tmp_path / 'out' / 'tuned_tracker.py').read_text()
    with pytest.raises(SystemExit, match='is a study with another metric: choose'):
        main([*options, '4', '--metric', 'IDF1'])


def test_interrupt_keeps_what_was_found(main, noisy, tmp_path, monkeypatch, capsys):
    """Ctrl-C in the third trial: the better of two is written, status 130."""
    calls = []

    def interrupted(*args):
        calls.append(args)
        if len(calls) == 4:  # the first is the start
            raise KeyboardInterrupt
        return score_tracker(*args)

    monkeypatch.setattr(tune_tracker, 'score_tracker', interrupted)
    with pytest.raises(SystemExit) as ended:
        main([str(noisy), '--out', str(tmp_path / 'out'), '--trials', '9'])
    assert ended.value.code == 130
    assert best_value(capsys, 'HOTA') > 0
    assert (tmp_path / 'out' / 'tuned_tracker.py').exists()


def test_space_of_a_file(main, noisy, tmp_path, capsys):
    """A Python file says the same as the command line; values may be refused."""
    space = tmp_path / 'space.py'
    space.write_text("search_space = {'motion_weight': (0.0, 0.1)}")
    options = [str(noisy), '--trials', '1', '--out', str(tmp_path / 'out')]
    main([*options, '--space', str(space)])
    tuned = Config.fromfile(tmp_path / 'out' / 'tuned_tracker.py').model.tracker
    assert set(tuned) == {'type', 'motion_weight'}
    options[-1] = str(tmp_path / 'refused')
    with pytest.raises(SystemExit, match='could be scored: motion_weight=2 must be'):
        main([*options, '--param', 'motion_weight=[2]'])


@pytest.mark.parametrize(
    ('param', 'message'),
    [
        ('obj_score_thr=(0.7, 0.2)', r'neither \(LOW, HIGH\) nor'),
        ('obj_score_thr=0.2', r'neither \(LOW, HIGH\) nor'),
        ('linger_expired=[]', r'neither \(LOW, HIGH\) nor'),
        ('obj_score_thr=low', 'write KEY='),
    ],
)
def test_wrong_space(main, noisy, tmp_path, param, message):
    """What is no range and no choice is named."""
    with pytest.raises(SystemExit, match=message):
        main([str(noisy), '--out', str(tmp_path / 'out'), '--param', param])


def test_without_optuna(load_main, noisy, tmp_path, monkeypatch):
    """It is an extra, and the tool says how to get it."""
    inner = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == 'optuna':
            raise ImportError(name)
        return inner(name, *args, **kwargs)

    for name in (
        'optuna',
        'fairmot_mm.actions.tune_tracker',
        'fairmot_mm.commands.tune_tracker',
    ):
        monkeypatch.delitem(sys.modules, name, raising=False)
    main = load_main('tune_tracker')
    # The command imports its work, and with it optuna, when it runs.
    monkeypatch.setattr(builtins, '__import__', refuse)
    with pytest.raises(SystemExit, match=r"pip install 'fairmot_mm\[tune\]'"):
        main([str(noisy), '--out', str(tmp_path)])


START = 'tools/analysis_tools/inputs/likelihood_start.py'
PUBLISHED = {
    'obj_score_thr': (0.2, 0.7),
    'track_buffer': (10, 90),
    'embed_momentum': (0.02, 0.5),
    'cost_thrs.embeds': (0.2, 0.7),
    'cost_thrs.iou': (0.3, 0.9),
    'cost_thrs.unconfirmed': (0.4, 0.95),
    'motion_weight': (0.0, 0.1),
}


def test_published_space():
    """Without parts, the parameters of the tracker itself are searched."""
    register_all_modules()
    assert space_of(dict(type='JDETracker')) == PUBLISHED


def test_parts_state_their_own_parameters():
    """Each part of a config gives the keys that have an effect where it stands."""
    register_all_modules()
    space = space_of(dict(load_config(START).model.tracker, recent_embeds=3))
    assert space['stages.0.cost_thr'] == space['stages.1.cost_thr']
    assert {'stages.1.score_thr', 'stages.1.max_lost'} < set(space)
    assert not {'stages.0.score_thr', 'stages.0.max_lost'} & set(space)
    assert {'birth.min_evidence', 'birth.score_base'} < set(space)
    assert {'birth.score_thr', 'motion.gating_thr', 'recent_embeds'} < set(space)
    assert not {'motion_weight', 'cost_thrs.iou'} & set(space)


@pytest.mark.parametrize(
    ('key', 'cfg'),
    [
        ('birth', dict(type='TrackBirth', score_thr=0.8, min_evidence=1.0)),
        ('motion', dict(type='KalmanFilterXYAH')),
        ('motion', dict(type='KalmanFilterXYWH')),
        ('low_score', dict(type='LowScoreAssociation')),
        ('gallery', dict(type='ReentryGallery')),
        ('low_frame_rate', dict(type='LowFrameRate')),
        ('stages', dict(type='AppearanceStage')),
        ('stages', dict(type='OverlapStage', embed_thr=0.5, score_thr=0.1)),
        ('stages', dict(type='LikelihoodStage', max_lost=0.5, score_thr=0.1)),
        (None, dict(type='JDETracker', recent_embeds=1)),
    ],
)
def test_every_stated_value_can_be_built(key, cfg):
    """Both ends of each range are valid, and each names a parameter that exists."""
    register_all_modules()
    part = (TASK_UTILS if key else MODELS).get(cfg['type'])
    assert isinstance(part, Tunable)
    for name, limits in part.search_space(cfg).items():
        for value in limits:
            changed = dict(cfg)
            if name.startswith('cost_thrs.'):
                changed['cost_thrs'] = {name.removeprefix('cost_thrs.'): value}
            else:
                changed[name] = value
            if key is None:
                MODELS.build(changed)
            else:
                parts = [changed] if key == 'stages' else changed
                MODELS.build({'type': 'JDETracker', 'obj_score_thr': 0.7, key: parts})


def test_a_stage_of_the_user_takes_part(main, noisy, tmp_path, capsys):
    """The tool knows no class: what states a space is searched, and written whole."""

    class PatientStage(OverlapStage):
        @classmethod
        def search_space(cls, cfg):
            return {'cost_thr': [0.61, 0.62]}

    TASK_UTILS.register_module(name='PatientStage', module=PatientStage)
    config = tmp_path / 'own.py'
    config.write_text(
        "model = dict(tracker=dict(type='JDETracker', track_buffer=44,\n"
        "    stages=[dict(type='AppearanceStage'), dict(type='PatientStage')]))"
    )
    try:
        out = tmp_path / 'out'
        trials = ['--config', str(config), '--trials', '2']
        main([str(noisy), '--out', str(out), *trials])
        tuned = load_config(out / 'tuned_tracker.py').model.tracker
        first, second = tuned.stages
        assert second.cost_thr in (0.61, 0.62)
        assert 0.2 <= first.cost_thr <= 0.7
        printed = best_value(capsys, 'HOTA')
        scores = score_tracker(
            build_tracker(out / 'tuned_tracker.py'), load_all_detections(noisy)
        )
        assert 100 * scores[OVERALL]['HOTA'] == pytest.approx(printed, abs=0.006)
    finally:
        TASK_UTILS.module_dict.pop('PatientStage')


def test_parts_that_state_nothing(main, noisy, tmp_path):
    """A tracker of mmdet has no search space of its own, and the message says so."""
    config = tmp_path / 'sort.py'
    config.write_text("model = dict(tracker=dict(type='SORTTracker', reid=None))")
    options = ['--out', str(tmp_path / 'out'), '--config', str(config)]
    with pytest.raises(SystemExit, match=r'SORTTracker and its parts state no'):
        main([str(noisy), *options])
