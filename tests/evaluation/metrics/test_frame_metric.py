"""Every metric gives the same scores on any number of processes."""

import multiprocessing
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample, TrackDataSample
from mmengine.structures import InstanceData

from fairmot_mm.registry import METRICS
from fairmot_mm.utils import DataError

NUM_IMAGES = 7
CONFIGS = (
    dict(type='ImageAPMetric'),
    dict(type='FrameCocoMetric'),
    dict(type='ReIDVerificationMetric', false_accept_rates=(0.1, 0.25)),
    dict(type='MOTMetric'),
)


def image(folder, number):
    """A frame with three people, of whom two are found; image 3 has no one in it."""
    rng = np.random.default_rng(number)
    lefts = rng.uniform(0, 150, 3 if number != 3 else 0)
    found = np.append(lefts[:2] + rng.normal(0, 1, len(lefts[:2])), rng.uniform(0, 150))
    boxes = torch.tensor([[x, 0, x + 10, 10] for x in found]).float()
    frame = DetDataSample(
        metainfo=dict(
            img_id=number,
            ori_shape=(100, 200),
            instances=[
                dict(bbox=[x, 0, x + 10, 10], bbox_label=0, ignore_flag=0)
                for x in lefts
            ],
            frame_id=number,
            video_name='v',
            video_length=NUM_IMAGES,
            gt_file=f'{folder}/gt.txt',
        )
    )
    frame.pred_instances = InstanceData(
        bboxes=boxes,
        scores=torch.from_numpy(rng.uniform(0.1, 1, len(found))).float(),
        labels=torch.zeros(len(found), dtype=torch.int64),
    )
    frame.pred_track_instances = InstanceData(
        bboxes=boxes, instances_id=torch.arange(len(found)) + number // 3
    )
    angles = torch.from_numpy(np.arange(len(lefts)) + rng.normal(0, 0.4, len(lefts)))
    frame.gt_embeds = InstanceData(
        embeds=torch.stack([angles.cos(), angles.sin()], dim=1),
        instances_ids=torch.arange(len(lefts)),
    )
    sample = TrackDataSample()
    sample.video_data_samples = [frame]
    return sample.to_dict()


def write_ground_truth(folder):
    lines = [
        f'{number + 1},{k},{box["bbox"][0]:.4f},0,10,10,1\n'
        for number in range(NUM_IMAGES)
        for k, box in enumerate(
            image(folder, number)['video_data_samples'][0].instances
        )
    ]
    (folder / 'gt.txt').write_text(''.join(lines))


def score(folder, numbers):
    """Scores of every metric in this process, whose share these images are."""
    scores = {}
    for config in CONFIGS:
        metric = METRICS.build(dict(config))
        metric.dataset_meta = dict(classes=('pedestrian',))
        for number in numbers:
            metric.process(None, [image(folder, number)])
        scores |= metric.evaluate(NUM_IMAGES)
    return scores


def score_on_rank(rank, shares, folder):
    """Body of one process of a group."""
    torch.set_num_threads(1)
    torch.distributed.init_process_group(
        'gloo', f'file://{folder}/rendezvous', rank=rank, world_size=len(shares)
    )
    Path(f'{folder}/{rank}.pkl').write_bytes(pickle.dumps(score(folder, shares[rank])))
    torch.distributed.destroy_process_group()


@pytest.mark.parametrize(
    'shares',
    [
        # As mmengine's sampler does it: in turns, the first image fills the last batch.
        [[0, 2, 4, 6], [1, 3, 5, 0]],
        # As `VideoSampler` does it: one after the other, and nothing for one of them.
        [[6, 5, 4, 3, 2], [], [0, 1]],
    ],
)
def test_any_number_of_processes(tmp_path, shares, monkeypatch):
    """Shares of different lengths, repeated images, an image without objects."""
    monkeypatch.chdir(tmp_path)  # ranks exchange files in the current folder
    write_ground_truth(tmp_path)
    expected = score(tmp_path, range(NUM_IMAGES))
    assert 0 < expected['det/AP'] < 1
    assert 0 < expected['coco/bbox_mAP'] < 1
    assert expected['mot/IDSW'] > 0
    context = multiprocessing.get_context('fork')
    processes = [
        context.Process(target=score_on_rank, args=(rank, shares, tmp_path))
        for rank in range(len(shares))
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
    assert [process.exitcode for process in processes] == [0] * len(shares)
    for rank in range(len(shares)):
        scores = pickle.loads((tmp_path / f'{rank}.pkl').read_bytes())
        assert scores == expected


def test_frames_that_cannot_be_told_apart(tmp_path):
    """A frame without img_id would be taken for another one."""
    sample = image(tmp_path, 0)
    del sample['video_data_samples'][0].img_id
    for config in (CONFIGS[0], CONFIGS[2]):
        with pytest.raises(DataError, match='lacks the metainfo img_id'):
            METRICS.build(config).process(None, [sample])
    with pytest.raises(DataError, match='there is no frame'):
        METRICS.build(CONFIGS[2]).evaluate(0)
