import pytest

from fairmot_mm.archive.manifest import read_manifest
from fairmot_mm.utils import UserInputError

SPLIT = {
    'chunk_seconds': 1.6,
    'shared_seconds': 0.8,
    'cfg_options': {'model.tracker.track_buffer': 10},
}


@pytest.fixture(scope='module')
def store():
    """An S3 on this machine, with a bucket; gives its file system."""
    needs = "needs pip install 'fairmot_mm[s3]' 'moto[server]'"
    server_module = pytest.importorskip('moto.server', reason=needs)
    s3fs = pytest.importorskip('s3fs', reason=needs)
    server = server_module.ThreadedMotoServer(ip_address='127.0.0.1', port=0)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('AWS_ENDPOINT_URL', f'http://{host}:{port}')
        patch.setenv('AWS_ACCESS_KEY_ID', 'key')
        patch.setenv('AWS_SECRET_ACCESS_KEY', 'secret')
        patch.setenv('AWS_DEFAULT_REGION', 'us-east-1')
        system = s3fs.S3FileSystem(use_listings_cache=False)
        system.mkdir('archive')
        yield system
    server.stop()


def test_videos_and_results_in_s3(store, run, clips, tmp_path):
    """Manifest, videos, chunks and results in S3 give the bytes of local ones."""
    for name in ('a.mp4', 'long/long.mp4'):
        store.put_file(str(clips / name), f'archive/{name}')
    store.pipe_file('archive/list.txt', b'a.mp4\nlong/long.mp4\nnone.mp4\n')
    (tmp_path / 'list.txt').write_text(f'{clips}/a.mp4\n{clips}/long/long.mp4\n')
    local, _ = run(tmp_path / 'list.txt', tmp_path / 'local', **SPLIT)
    records, _ = run('s3://archive/list.txt', 's3://archive/out', **SPLIT)
    assert records['none'].state == 'failed'
    for name in ('a', 'long'):
        text = (tmp_path / 'local' / f'{name}.txt').read_bytes()
        assert store.cat_file(f'archive/out/{name}.txt') == text
        assert records[name].sha256 == local[name].sha256
        assert records[name].chunks == local[name].chunks
    assert store.find('archive/out/records/chunks') == []
    assert run('s3://archive/list.txt', 's3://archive/out', **SPLIT)[0] == records
    assert run.done == []
    sources = [video.source for video in read_manifest('s3://archive/*/*.mp4')]
    assert sources == ['s3://archive/long/long.mp4']


def test_a_bucket_that_is_not_there(store, run, clips):
    """The error has the address, in one line."""
    with pytest.raises(UserInputError, match='s3://none') as error:
        run(clips, 's3://none/out')
    assert '\n' not in str(error.value)
    with pytest.raises(UserInputError, match=r's3://none/list\.txt'):
        read_manifest('s3://none/list.txt')
