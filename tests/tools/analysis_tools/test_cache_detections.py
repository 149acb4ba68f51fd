import pytest
import torch

from fairmot_mm.actions import cache_detections
from fairmot_mm.apis import TrackInferencer, init_model
from fairmot_mm.evaluation import load_detections, track_sequence


@pytest.fixture
def main(load_main):
    return load_main('cache_detections')


@pytest.fixture(scope='module')
def config(make_config):
    """The tiny network, less sure of itself than a trained one has to be."""
    return make_config(
        'model["detector"]["bbox_head"]["test_cfg"] = dict(max_per_img=20)\n'
        "model['tracker'] = dict(obj_score_thr=0.05, min_box_area=0)\n"
    )


@pytest.fixture(scope='module')
def checkpoint(config, tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp('weights') / 'w.pth'
    torch.save(init_model(config, device='cpu').state_dict(), path)
    return path


def test_the_network_runs_once(main, config, checkpoint, street, tmp_path, capsys):
    """Tracks on the file are those of tracking the video; a second call does nothing.

    Other weights make a file anew.
    """
    folder, out = street / 'mot' / 'a', tmp_path / 'out'
    options = [str(folder), '--out', str(out), '--config', str(config)]
    options += ['--device', 'cpu', '--batch-size', '3', '--checkpoint']
    main([*options, str(checkpoint)])
    sequence = load_detections(out / 'a.npz')
    assert sequence.num_frames == len(sequence.images) == 8
    assert len(sequence.gt) > 0
    model = init_model(config, checkpoint, device='cpu')
    rows = track_sequence(model.tracker, sequence)
    assert len(rows) > 8
    ids = [
        identity
        for sample in TrackInferencer(model, batch_size=3)(folder)
        for identity in sample.pred_track_instances.instances_id.tolist()
    ]
    assert rows.ids.tolist() == ids
    before = (out / 'a.npz').stat().st_mtime_ns
    main([*options, str(checkpoint)])
    assert (out / 'a.npz').stat().st_mtime_ns == before
    weights = torch.load(checkpoint)
    weights['detector.bbox_head.heatmap.2.bias'] += 0.1
    torch.save(weights, tmp_path / 'other.pth')
    main([*options, str(tmp_path / 'other.pth')])
    assert (out / 'a.npz').stat().st_mtime_ns > before


def test_noise(main, noisy, street, tmp_path):
    """Seed and noise make the file; another seed makes another."""
    options = [str(street / 'mot' / 'a'), '--noise', 'jitter=0', '--out']
    main([*options, str(tmp_path / '0')])
    main([*options, str(tmp_path / '1'), '--seed', '1'])
    plain = load_detections(noisy / 'a.npz')
    still, other = (load_detections(tmp_path / name / 'a.npz') for name in '01')
    assert (plain.starts == still.starts).all()
    assert not (plain.bboxes == still.bboxes).all()
    assert not (still.starts == other.starts).all()


def test_wrong_input_is_one_line(main, street, tmp_path, capsys):
    """Unknown noise, no weights, no sequence: said before anything is written."""
    a, out = str(street / 'mot' / 'a'), str(tmp_path / 'out')
    with pytest.raises(SystemExit, match=r'^error: --noise: .*jiter'):
        main([a, '--out', out, '--noise', 'jiter=1'])
    with pytest.raises(SystemExit, match='nowhere is not a folder'):
        main([a, 'nowhere', '--out', out, '--noise'])
    with pytest.raises(SystemExit):
        main([a, '--out', out])
    assert 'give --config and --checkpoint, or --noise' in capsys.readouterr().err
    assert not (tmp_path / 'out').exists()


def test_with_an_engine(main, street, tmp_path, capsys, in_this_process):
    """A worker for each sequence writes the same files; a failure stops no other."""
    done = in_this_process(cache_detections)
    folders = [str(street / 'mot' / name) for name in 'ab']
    main([*folders, '--noise', '--out', str(tmp_path / 'one')])
    main([*folders, '--noise', '--out', str(tmp_path / 'many'), '--engine', 'local'])
    assert [job['name'] for job in done] == ['b', 'a']
    for name in 'ab':
        one, many = (
            load_detections(tmp_path / f / f'{name}.npz') for f in ('one', 'many')
        )
        assert one.bboxes.tolist() == many.bboxes.tolist() != []
    (tmp_path / 'broken' / 'b.npz').mkdir(parents=True)
    with pytest.raises(SystemExit, match='1 of 2 sequences failed: b: '):
        main(
            [
                *folders,
                '--noise',
                '--out',
                str(tmp_path / 'broken'),
                '--engine',
                'local',
            ]
        )
    assert (tmp_path / 'broken' / 'a.npz').is_file()
