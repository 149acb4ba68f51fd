import hashlib
import json
import os

import pyarrow.parquet
import pytest

from fairmot_mm.apis import TrackInferencer
from fairmot_mm.evaluation import SequenceTracks, evaluate_sequences
from fairmot_mm.utils import ConfigError, UserInputError, read_mot
from fairmot_mm.utils.claim_output import lock_output


def test_results_are_those_of_a_plain_run(run, videos, tmp_path):
    """Each text is what `TrackInferencer` writes; a second run does nothing."""
    records, totals = run(videos)
    options = {'input_size': (256, 160)}
    one = TrackInferencer('fairmot_yolov5s_lite', device='cpu', cfg_options=options)
    for name in 'abc':
        for _ in one(videos / f'{name}.mp4', tmp_path / 'plain', save_video=False):
            pass
        text = (tmp_path / 'out' / f'{name}.txt').read_bytes()
        assert text == (tmp_path / 'plain' / f'{name}.txt').read_bytes() != b''
        assert records[name].sha256 == hashlib.sha256(text).hexdigest()
        rows = read_mot(tmp_path / 'out' / f'{name}.txt')
        assert records[name].people == len({*rows.ids})
        assert records[name].boxes == len(rows)
    assert [records[name].frames for name in 'abc'] == [4, 5, 6]
    assert totals.startswith('3 of 3 videos done, 0 failed; 15 frames, ')
    assert (run.shown.bytes, run.shown.frames) == (run.shown.total, 15)
    assert run(videos) == (records, totals)
    assert run.done == []


def test_summary(run, videos, tmp_path):
    """Both files have a row for each video, with the failures."""
    (videos / 'b.mp4').write_bytes(b'')
    run(videos)
    table = pyarrow.parquet.read_table(tmp_path / 'out' / 'summary.parquet').to_pylist()
    assert [row['name'] for row in table] == ['a', 'b', 'c']
    assert [row['state'] for row in table] == ['done', 'failed', 'done']
    assert [row['frames'] for row in table] == [4, 0, 6]
    assert table[0]['seconds'] > 0
    text = (tmp_path / 'out' / 'summary.txt').read_text()
    assert text.startswith('2 of 3 videos done, 1 failed; 10 frames')
    assert 'failed: b: ' in text
    assert str(videos / 'c.mp4') in text


def test_broken_videos(run, videos, tmp_path):
    """A damaged, an empty and a missing video have their error and stop nobody."""
    damaged = videos / 'a.mp4'
    damaged.write_bytes(damaged.read_bytes()[:300])
    (videos / 'b.mp4').write_bytes(b'')
    manifest = videos / 'list.txt'
    manifest.write_text('a.mp4\nb.mp4\nc.mp4\nnone.mp4\n')
    records, _ = run(manifest)
    assert [records[name].state for name in ('a', 'b', 'c', 'none')] == [
        *('failed', 'failed', 'done', 'failed'),
    ]
    assert 'a.mp4' in records['a'].error
    assert 'is empty' in records['b'].error
    assert 'does not exist' in records['none'].error
    assert not [*(tmp_path / 'out').glob('[abn]*.txt')]
    stored = json.loads((tmp_path / 'out' / 'records' / 'none.json').read_text())
    assert stored['error'] == records['none'].error


def test_a_repaired_video_is_tracked(run, videos, clips):
    """What failed is tried again by the next run; what is done is not."""
    (videos / 'b.mp4').write_bytes(b'no video')
    assert run(videos)[0]['b'].state == 'failed'
    (videos / 'b.mp4').write_bytes((clips / 'b.mp4').read_bytes())
    assert run(videos)[0]['b'].state == 'done'
    assert [job['record']['name'] for job in run.done] == ['b']


def test_a_video_that_is_gone_stays_done(run, videos):
    """Who removes a video after it was tracked loses nothing."""
    manifest = videos / 'list.txt'
    manifest.write_text('a.mp4\nb.mp4\nc.mp4\n')
    run(manifest)
    (videos / 'b.mp4').unlink()
    assert run(manifest)[0]['b'].state == 'done'


def test_max_failures(run, videos):
    """One failure more than may be ends the run; what is done stays."""
    records, _ = run(videos, dies='abc', max_failures=1)
    assert [record.state for record in records.values()].count('failed') == 2
    records, _ = run(videos, dies='ab', max_failures=2)
    assert records['c'].state == 'done'
    for name in 'ab':
        (videos / f'{name}.mp4').unlink()
    manifest = videos / 'list.txt'
    manifest.write_text('none1.mp4\nnone2.mp4\na.mp4\n')
    (videos / 'a.mp4').write_bytes((videos / 'c.mp4').read_bytes())
    run(manifest, videos / 'other', max_failures=1)
    assert run.done == []


def test_interrupted(run, videos, tmp_path):
    """After a stop, the next run does what is missing, and nothing twice."""
    with pytest.raises(KeyboardInterrupt):
        run(videos, stop_after=1)
    assert len([*(tmp_path / 'out').glob('?.txt')]) == 1
    assert 'not tracked yet' in (tmp_path / 'out' / 'summary.txt').read_text()
    records, _ = run(videos)
    assert len(run.done) == 2
    assert {record.state for record in records.values()} == {'done'}


@pytest.mark.parametrize('how', [dict(can_start=False), dict(stop_after=0)])
def test_nothing_has_run(run, videos, tmp_path, how):
    """No summary, where the engine cannot start or ends before its first job."""
    summary = tmp_path / 'out' / 'summary.txt'
    with pytest.raises((ConfigError, KeyboardInterrupt)):
        run(videos, **how)
    assert not summary.exists()
    run(videos)
    before = summary.read_bytes()
    (tmp_path / 'out' / 'a.txt').unlink()
    with pytest.raises((ConfigError, KeyboardInterrupt)):
        run(videos, **how)
    assert summary.read_bytes() == before


def test_an_engine_that_cannot_start_leaves_no_file(run, videos, tmp_path):
    """Neither settings nor records."""
    with pytest.raises(ConfigError, match='no cluster'):
        run(videos, can_start=False)
    assert not [path for path in (tmp_path / 'out').rglob('*') if path.is_file()]


def test_killed_between_result_and_record(run, videos, tmp_path):
    """A result whose record is not final is made again, and leaves no hidden file."""
    run(videos)
    out = tmp_path / 'out'
    content = (out / 'a.txt').read_bytes()
    path = out / 'records' / 'a.json'
    path.write_text(json.dumps(json.loads(path.read_text()) | {'state': 'writing'}))
    (out / 'a.txt').write_bytes(content[:20])
    (out / '.a.txt.x7.part').touch()
    run(videos)
    assert [job['record']['name'] for job in run.done] == ['a']
    assert (out / 'a.txt').read_bytes() == content
    assert not [*out.rglob('.*.part')]


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'detect_every': 2}, 'detect_every was None and is 2'),
        ({'cfg_options': {'model.tracker.obj_score_thr': 0.5}}, 'obj_score_thr was'),
        ({'frame_rate': 10.0}, 'frame_rate was None and is 10.0'),
    ],
)
def test_other_settings(run, videos, change, message):
    """A result of other settings is not done, and replaced only if allowed."""
    run(videos)
    with pytest.raises(UserInputError, match=message) as error:
        run(videos, **change)
    assert '--overwrite' in str(error.value)
    run(videos, overwrite=True, **change)
    assert len(run.done) == 3
    run(videos, **change)
    assert run.done == []


def test_threads_and_device_are_no_other_settings(run, videos):
    """A run may go on with other numbers of threads."""
    run(videos)
    run(videos, cfg_options={'inference.num_threads': 2})
    assert run.done == []


def test_other_content(run, videos, tmp_path, clips):
    """Another video, a changed result and a foreign file are not taken for done."""
    run(videos)
    (videos / 'a.mp4').write_bytes((clips / 'b.mp4').read_bytes())
    with pytest.raises(
        UserInputError, match=r'a\.txt exists, and the video has changed'
    ):
        run(videos)
    run(videos, overwrite=True)
    assert len(run.done) == 1
    (tmp_path / 'out' / 'b.txt').write_text('1,1,0,0,1,1,1,-1,-1,-1\n')
    with pytest.raises(
        UserInputError, match=r'b\.txt exists, and somebody has changed'
    ):
        run(videos)
    (tmp_path / 'out' / 'records' / 'b.json').unlink()
    with pytest.raises(
        UserInputError, match=r'b\.txt exists, and this command did not'
    ):
        run(videos)
    (tmp_path / 'out' / 'b.txt').unlink()
    run(videos)
    assert [job['record']['name'] for job in run.done] == ['b']


def test_a_damaged_record(run, videos, tmp_path):
    """The message names the record and says what to do."""
    run(videos)
    (tmp_path / 'out' / 'records' / 'a.json').write_text('{"state": "do')
    with pytest.raises(UserInputError, match=r'records/a\.json is not .*: remove it'):
        run(videos)


def test_names_stay(run, videos, clips):
    """Videos of one name get numbers, which stay when the manifest grows."""
    (videos / 'other').mkdir()
    (videos / 'other' / 'a.mp4').write_bytes((clips / 'c.mp4').read_bytes())
    (videos / 'summary.mp4').write_bytes((clips / 'c.mp4').read_bytes())
    manifest = videos / 'list.csv'
    manifest.write_text('video,name\nother/a.mp4,\nb.mp4,mine\nsummary.mp4,\n')
    assert {*run(manifest)[0]} == {'a', 'mine', 'summary-2'}
    manifest.write_text('video,name\na.mp4,\nother/a.mp4,\nb.mp4,mine\nsummary.mp4,\n')
    records, _ = run(manifest)
    assert records['a-2'].source == str(videos / 'a.mp4')
    assert len(run.done) == 1
    manifest.write_text('video,name\na.mp4,same\nb.mp4,same\n')
    with pytest.raises(UserInputError, match='line 3: the name same is also in line 2'):
        run(manifest)


def test_two_runs(run, videos, tmp_path):
    """Two runs do not write to one folder at the same time."""
    with (
        lock_output(tmp_path / 'out' / 'records' / 'run'),
        pytest.raises(UserInputError, match='being written by another run'),
    ):
        run(videos)


BUFFER = {'cfg_options': {'model.tracker.track_buffer': 10}}
SPLIT = {'chunk_seconds': 1.6, 'shared_seconds': 0.8, **BUFFER}


def test_chunks(run, clips, tmp_path):
    """A long video is tracked in chunks, and the join has the same people."""
    whole, _ = run(clips / 'long', tmp_path / 'whole', **BUFFER)
    records, _ = run(clips / 'long', **SPLIT)
    record = records['long']
    assert [*map(tuple, record.chunks)] == [(0, 68), (48, 100)]
    assert record.frames == whole['long'].frames == 100
    assert run.shown.bytes == pytest.approx(run.shown.total)
    assert not [*(tmp_path / 'out' / 'records' / 'chunks').glob('*')]
    rows, truth = (read_mot(tmp_path / name / 'long.txt') for name in ('out', 'whole'))
    assert (record.boxes, record.people) == (len(rows), len({*rows.ids}))
    scores = evaluate_sequences([SequenceTracks('long', truth, rows, 100)])['OVERALL']
    # 20 shared frames are few: docs/explanation/scale.md has the error of 100 frames.
    assert scores['IDF1'] > 0.9
    run(clips / 'long', **SPLIT)
    assert run.done == []


def test_killed_among_chunks(run, clips, tmp_path):
    """Chunks that are done are not tracked again."""
    records, _ = run(clips / 'long', tmp_path / 'straight', **SPLIT)
    with pytest.raises(KeyboardInterrupt):
        run(clips / 'long', stop_after=2, **SPLIT)
    assert run(clips / 'long', **SPLIT)[0]['long'].sha256 == records['long'].sha256
    assert [('chunk' in job, 'chunks' in job) for job in run.done] == [
        (False, False),
        (True, False),
        (False, True),
    ]


def test_a_broken_chunk(run, clips, tmp_path):
    """A video fails as a whole where one of its chunks cannot be read."""
    content = bytearray((clips / 'long' / 'long.mp4').read_bytes())
    start = content.index(b'mdat') + (len(content) - content.index(b'mdat')) // 2
    content[start : start + 900] = bytes(900)
    (tmp_path / 'broken').mkdir()
    (tmp_path / 'broken' / 'long.mp4').write_bytes(content)
    records, _ = run(tmp_path / 'broken', **SPLIT)
    whole, _ = run(tmp_path / 'broken', tmp_path / 'whole', **BUFFER)
    assert records['long'].state == whole['long'].state == 'failed'
    assert 'long.mp4' in records['long'].error


def test_another_split(run, clips, tmp_path):
    """A whole result counts for a run that would split, but not the reverse."""
    run(clips / 'long', **BUFFER)
    run(clips / 'long', **SPLIT)
    assert run.done == []
    run(clips / 'long', tmp_path / 'other', **SPLIT)
    with pytest.raises(UserInputError, match='it was split in another way'):
        run(clips / 'long', tmp_path / 'other', **BUFFER)


def test_a_split_that_cannot_be(run, clips):
    """Chunks that share most of their frames are refused."""
    with pytest.raises(
        UserInputError, match='--chunk-seconds 3 must be at least twice'
    ):
        run(clips / 'long', chunk_seconds=3, shared_seconds=2)


def test_the_join_of_a_config(run, clips):
    """The config sets the limit of the join; a wrong one is refused at the start."""
    options = {**SPLIT['cfg_options'], 'chunk_join.cost_thr': 0.4}
    records, _ = run(clips / 'long', **(SPLIT | {'cfg_options': options}))
    assert len(records['long'].chunks) == 2
    options['chunk_join.cost_thr'] = 2
    with pytest.raises(UserInputError, match='cost_thr=2 must be'):
        run(clips / 'long', overwrite=True, **(SPLIT | {'cfg_options': options}))


def test_strange_file_names(run, videos, clips, tmp_path):
    """Hidden files, brackets, and bytes that are no UTF-8 are names like any other."""
    content = (clips / 'a.mp4').read_bytes()
    names = ['.hidden', 'b[0]', os.fsdecode(b'caf\xe9')]
    for name in names:
        (videos / f'{name}.mp4').write_bytes(content)
    manifest = videos / 'list.txt'
    manifest.write_text(f'.hidden.mp4\n{names[1]}.mp4\n')
    assert {*run(manifest)[0]} == {'hidden', 'b[0]'}
    assert run(manifest)[0]['b[0]'].state == 'done'
    assert run.done == []
    run(videos / 'caf*')
    assert len(run.done) == 1
    run(videos / 'caf*')
    assert run.done == []


def test_no_secrets_in_records(run, tmp_path):
    """Records, summary and messages have addresses without their passwords."""
    manifest = tmp_path / 'list.csv'
    manifest.write_text('video,name\nftp://user:secret@none.invalid/a.mp4,x\n')
    records, _ = run(manifest)
    assert records['x'].state == 'failed'
    for path in (tmp_path / 'out').rglob('*.*'):
        assert b'secret' not in path.read_bytes()
