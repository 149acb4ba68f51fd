import multiprocessing
import pickle
from pathlib import Path

import motmetrics
import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope
from mmengine.structures import InstanceData

from fairmot_mm.evaluation import MOTMetric, evaluate_sequences
from fairmot_mm.utils import ConfigError, DataError, OutputError, read_mot

# Origin of the files: see tests/evaluation/test_mot_scores.py.
DATA = Path(__file__).parents[2] / 'data' / 'eval'
TUD_CAMPUS = Path(motmetrics.__file__).parent / 'data' / 'TUD-Campus'
MOT17 = ('MOT17-02-SDP', 'MOT17-04-SDP')


def frame_sample(xyxy, ids, **metainfo):
    sample = DetDataSample(metainfo=metainfo)
    sample.pred_track_instances = InstanceData(
        bboxes=torch.as_tensor(xyxy, dtype=torch.float32).reshape(-1, 4),
        scores=torch.ones(len(ids)),
        labels=torch.zeros(len(ids), dtype=torch.int64),
        instances_id=torch.as_tensor(ids, dtype=torch.int64),
    )
    return sample


def video_samples(name, gt_file, result_file, num_frames, clip=1, **metainfo):
    """The data samples a model gives for a video, `clip` frames in each."""
    rows = read_mot(result_file)
    xyxy = np.concatenate([rows.tlwh[:, :2], rows.tlwh[:, :2] + rows.tlwh[:, 2:]], 1)
    first = metainfo.get('first_frame', 1)
    frames = [
        frame_sample(
            xyxy[rows.frames == first + frame_id],
            rows.ids[rows.frames == first + frame_id],
            frame_id=frame_id,
            video_name=name,
            video_length=num_frames,
            gt_file=gt_file,
            **metainfo,
        )
        for frame_id in range(num_frames)
    ]
    samples = []
    for start in range(0, num_frames, clip):
        samples.append(TrackDataSample())
        samples[-1].video_data_samples = frames[start : start + clip]
    return samples


def stored(name, **kwargs):
    gt_file = str(DATA / name / 'gt' / 'gt.txt')
    return video_samples(name, gt_file, DATA / f'{name}.txt', 40, **kwargs)


def tracks(name):
    return name, read_mot(DATA / name / 'gt/gt.txt'), read_mot(DATA / f'{name}.txt'), 40


@pytest.mark.parametrize('clip', [1, 71])
def test_through_the_evaluator(tmp_path, clip):
    """Built from a config, fed as the Runner does, with frames or whole videos."""
    logger = MMLogger.get_instance(f'mot{clip}', log_file=str(tmp_path / 'run.log'))
    config = {'type': 'MOTMetric', 'outfile_prefix': str(tmp_path / 'out')}
    with DefaultScope.overwrite_default_scope('fairmot_mm'):
        evaluator = Evaluator(config)
    gt_file = str(TUD_CAMPUS / 'gt.txt')
    samples = video_samples(
        'TUD-Campus', gt_file, TUD_CAMPUS / 'test.txt', 71, clip=clip
    )
    for sample in samples:
        evaluator.process(data_samples=[sample], data_batch={})
    scores = evaluator.evaluate(size=1)
    assert round(100 * scores['mot/MOTA'], 1) == 52.6
    assert round(100 * scores['mot/IDF1'], 1) == 55.8
    assert scores['mot/HOTA/TUD-Campus'] == scores['mot/HOTA']
    assert {type(value) for value in scores.values()} == {int, float}
    results = tmp_path / 'out' / 'TUD-Campus.txt'
    table = [('TUD-Campus', read_mot(gt_file), read_mot(results), 71)]
    overall = evaluate_sequences(table)['OVERALL']
    assert scores.items() >= {f'mot/{key}': overall[key] for key in overall}.items()
    logged = Path(logger.handlers[-1].baseFilename).read_text()
    assert 'OVERALL' in logged
    assert '52.6' in logged


def test_data_samples_as_objects():
    """Data samples that nobody turned into dicts give the same scores."""
    metric = MOTMetric()
    metric.process({}, stored(MOT17[0]))
    scores = metric.evaluate(1)
    overall = evaluate_sequences([tracks(MOT17[0])])['OVERALL']
    assert {key: scores[f'mot/{key}'] for key in overall} == pytest.approx(overall)


def test_published_protocol_and_several_sequences():
    """All together and each sequence, with frames of two videos interleaved."""
    metric = MOTMetric(protocol='published', prefix='val')
    for pair in zip(stored(MOT17[0]), stored(MOT17[1]), strict=True):
        metric.process({}, pair)
    scores = metric.evaluate(1)
    expected = evaluate_sequences([tracks(name) for name in MOT17], 'published')
    assert scores['val/MOTA'] == pytest.approx(expected['OVERALL']['MOTA'])
    for name in MOT17:
        assert scores[f'val/FP/{name}'] == expected[name]['FP']


def test_frames_that_never_came_are_missed():
    """A video cut short is scored over its whole length."""
    metric = MOTMetric()
    metric.process({}, stored(MOT17[0])[:20])
    stopped = metric.evaluate(1)
    metric.process({}, stored(MOT17[0]))
    assert stopped['mot/FN'] > metric.evaluate(1)['mot/FN']


def test_second_half_of_a_sequence(tmp_path):
    """Frame numbers of the ground truth, in scores and in the result file."""
    name = MOT17[0]
    gt_file = str(DATA / name / 'gt' / 'gt.txt')
    metric = MOTMetric(outfile_prefix=str(tmp_path))
    result_file = DATA / f'{name}.txt'
    metric.process({}, video_samples(name, gt_file, result_file, 20, first_frame=21))
    scores = metric.evaluate(1)
    _, gt, results, _ = tracks(name)
    half = (name, gt, results[results.frames > 20], 20, 21)
    overall = evaluate_sequences([half])['OVERALL']
    assert scores['mot/MOTA'] == pytest.approx(overall['MOTA'])
    frames = read_mot(tmp_path / f'{name}.txt').frames
    assert (frames.min(), frames.max()) == (22, 40)  # the file has no result in 21


def numbered(tmp_path, numbers, gt_frames, **metainfo):
    """Samples of one person in frames with these numbers, and the ground truth."""
    gt_file = tmp_path / 'gt.txt'
    gt_file.write_text(''.join(f'{k},1,10,10,20,50,1,1,1\n' for k in gt_frames))
    samples = []
    for frame_id, number in enumerate(numbers):
        samples.append(TrackDataSample())
        own = dict(frame_number=number, **metainfo) if metainfo else {}
        samples[-1].video_data_samples = [
            frame_sample(
                [[10, 10, 30, 60]], [1], frame_id=frame_id, video_name='v',
                video_length=len(numbers), gt_file=str(gt_file), **own
            )
        ]  # fmt: skip
    return samples


@pytest.mark.parametrize('numbers', [[0, 1, 2], [101, 102, 103], [3, 5, 10]])
def test_numbers_of_frames(tmp_path, numbers):
    """Ground truth, scores and result file have the numbers of the images."""
    span = dict(first_frame=numbers[0], last_frame=numbers[-1])
    metric = MOTMetric(outfile_prefix=str(tmp_path / 'out'))
    metric.process({}, numbered(tmp_path, numbers, numbers, **span))
    scores = metric.evaluate(1)
    assert (scores['mot/MOTA'], scores['mot/FN']) == (1, 0)
    assert read_mot(tmp_path / 'out/v.txt').frames.tolist() == numbers


def test_ground_truth_beyond_a_whole_video(tmp_path):
    """A data set that says nothing of parts: its frames count from 1 to the end."""
    metric = MOTMetric()
    message = r'gt\.txt, line 3: v: ground truth has frame 4, outside the frames 1 to 3'
    with pytest.raises(DataError, match=message):
        metric.process({}, numbered(tmp_path, [1, 2, 3], [1, 2, 4]))


@pytest.mark.parametrize('gt_file', [None, 'missing/gt.txt'])
def test_sequence_without_ground_truth(tmp_path, capsys, gt_file):
    """Its result file is written, it has no scores, and the log says so."""
    MMLogger.get_instance('no_gt')
    metric = MOTMetric(outfile_prefix=str(tmp_path))
    unscored = video_samples('MOT17-01', gt_file, DATA / f'{MOT17[0]}.txt', 40)
    metric.process({}, unscored)
    assert metric.evaluate(1) == {}
    metric.process({}, unscored + stored(MOT17[0]))
    scores = metric.evaluate(1)
    assert scores['mot/MOTA'] == scores[f'mot/MOTA/{MOT17[0]}']
    assert not [key for key in scores if 'MOT17-01' in key]
    assert len(read_mot(tmp_path / 'MOT17-01.txt')) == len(
        read_mot(DATA / f'{MOT17[0]}.txt')
    )
    logged = capsys.readouterr()
    assert 'MOT17-01: no ground truth' in logged.out + logged.err


def test_wrong_input_is_refused_before_hours_are_spent(tmp_path):
    """Protocol and folder when built; ground truth and metainfo at the first frame."""
    with pytest.raises(ConfigError, match='choose one of motchallenge, published'):
        MOTMetric(protocol='mot17')
    (tmp_path / 'file').write_text('')
    with pytest.raises(OutputError, match='cannot write into folder'):
        MOTMetric(outfile_prefix=str(tmp_path / 'file' / 'out'))
    gt_file = tmp_path / 'gt.txt'
    gt_file.write_text('1,1,10,10,20,20,1,1,1\n1,2,10,x,20,20,1,1,1\n')
    metric = MOTMetric()
    samples = video_samples('broken', str(gt_file), DATA / f'{MOT17[0]}.txt', 40)
    with pytest.raises(DataError, match=r'gt\.txt, line 2'):
        metric.process({}, samples[:1])
    gt_file.write_text('1,1,10,10,20,20,1,1,1\n1,1,40,10,20,20,1,1,1\n')
    with pytest.raises(DataError, match='broken: ground truth has identity 1 more'):
        metric.process({}, samples[:1])
    bare = TrackDataSample()
    bare.video_data_samples = [frame_sample([], [], frame_id=0)]
    with pytest.raises(DataError, match='video_name, video_length, gt_file'):
        metric.process({}, [bare])


def test_two_videos_of_one_name():
    """They would overwrite each other's frames."""
    metric = MOTMetric()
    metric.process({}, stored(MOT17[0])[:1])
    other = video_samples(MOT17[0], None, DATA / f'{MOT17[0]}.txt', 40)
    with pytest.raises(DataError, match="two videos are called 'MOT17-02-SDP'"):
        metric.process({}, other[:1])


def evaluate_on_rank(rank, shares, folder):
    """Body of one process of a group: score the videos of its share."""
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        'gloo', f'file://{folder}/rendezvous', rank=rank, world_size=len(shares)
    )
    metric = MOTMetric(collect_dir=f'{folder}/parts', outfile_prefix=f'{folder}/out')
    for name in shares[rank]:
        metric.process({}, stored(name))
    Path(f'{folder}/{rank}.pkl').write_bytes(pickle.dumps(metric.evaluate(1)))
    torch.distributed.destroy_process_group()


def test_ranks_with_uneven_shares(tmp_path):
    """One video, none, and two (one again: a sampler fills up); all get the scores."""
    shares = [MOT17[1:], (), MOT17]
    context = multiprocessing.get_context('fork')
    processes = [
        context.Process(target=evaluate_on_rank, args=(rank, shares, tmp_path))
        for rank in range(len(shares))
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    metric = MOTMetric()
    for name in MOT17:
        metric.process({}, stored(name))
    expected = metric.evaluate(1)
    for rank in range(len(shares)):
        assert pickle.loads((tmp_path / f'{rank}.pkl').read_bytes()) == expected
    files = sorted(file.name for file in (tmp_path / 'out').iterdir())
    assert files == [f'{name}.txt' for name in MOT17]


def test_each_class_for_itself(tmp_path):
    """Tracks of a label meet the ground truth of its class, and nothing else."""
    boxes = torch.tensor([[10.0, 10, 30, 60], [50, 10, 70, 60], [90, 10, 150, 40]])
    gt_file = tmp_path / 'gt.txt'
    gt_file.write_text(
        ''.join(
            f'{frame},{number},{x1},{y1},{x2 - x1},{y2 - y1},1,{label + 1},1\n'
            for frame in (1, 2)
            for number, (label, (x1, y1, x2, y2)) in enumerate(
                zip([0, 0, 1], boxes.tolist(), strict=True), 1
            )
        )
    )
    scores = {}
    for label in (0, 1, 2):
        metric = MOTMetric(label=label, prefix=f'mot/{label}')
        for frame_id in range(2):
            sample = frame_sample(
                boxes[:2],
                [1, 2],
                frame_id=frame_id,
                video_name='v',
                video_length=2,
                gt_file=str(gt_file),
            )
            # The second person is taken for a vehicle.
            sample.pred_track_instances.labels = torch.tensor([0, 1])
            clip = TrackDataSample()
            clip.video_data_samples = [sample]
            metric.process(None, [clip])
        scores |= metric.evaluate(2)
    assert scores['mot/0/MOTA'] == 0.5
    assert scores['mot/1/MOTA'] == -1  # two misses, two false alarms of two


def test_scores_in_the_result_file(tmp_path):
    """The seventh column has the score of each detection."""
    sample = frame_sample(
        [[0, 0, 5, 9], [9, 9, 20, 30]],
        [3, 4],
        frame_id=0,
        video_name='v',
        video_length=1,
        gt_file=None,
    )
    sample.pred_track_instances.scores = torch.tensor([0.75, 0.5])
    clip = TrackDataSample()
    clip.video_data_samples = [sample]
    metric = MOTMetric(outfile_prefix=str(tmp_path))
    metric.process(None, [clip])
    metric.evaluate(1)
    assert read_mot(tmp_path / 'v.txt').marks.tolist() == [0.75, 0.5]
