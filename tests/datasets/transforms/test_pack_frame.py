from mmdet.structures import TrackDataSample

from fairmot_mm.datasets import PackFrame


def test_frame_of_a_video(run_steps):
    """A frame becomes a clip of length one that keeps what the tracker needs."""
    results = run_steps(0, dict(type='Letterbox', scale=(96, 64)))
    video = dict(
        frame_id=3, frame_rate=25.0, video_name='V', video_length=9, gt_file=None
    )
    packed = PackFrame()({**results, **video})
    assert packed['inputs'].shape == (1, 3, 64, 96)
    assert isinstance(packed['data_samples'], TrackDataSample)
    (frame,) = packed['data_samples'].video_data_samples
    assert {key: frame.metainfo[key] for key in video} == video
