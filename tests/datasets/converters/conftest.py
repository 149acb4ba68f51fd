import cv2
import numpy as np
import pytest


@pytest.fixture
def make_image():
    """Write a grey image of a size (width, height); gives its path."""

    def make(path, size=(100, 80), grey=128):
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.full((size[1], size[0], 3), grey, np.uint8))
        return path

    return make


@pytest.fixture
def make_sequence(make_image):
    """Write a MOTChallenge sequence folder; gives it."""

    def make(root, name, gt, frames=(1, 2, 3), size=(100, 80), stem='{:06d}'):
        folder = root / name
        for frame in frames:
            path = folder / 'img1' / f'{stem.format(frame)}.png'
            make_image(path, size, frame % 256)
        (folder / 'gt').mkdir()
        (folder / 'gt/gt.txt').write_text(gt)
        (folder / 'seqinfo.ini').write_text(
            f'[Sequence]\nname={name}\nimDir=img1\nframeRate=25\nseqLength=3\n'
            f'imWidth={size[0]}\nimHeight={size[1]}\nimExt=.png\n'
        )
        return folder

    return make


@pytest.fixture
def tree():
    """Kind, mode and content of everything below a folder."""

    def read(folder):
        return {
            str(path.relative_to(folder)): (
                path.is_symlink(),
                path.stat().st_mode,
                path.read_bytes() if path.is_file() else None,
            )
            for path in sorted(folder.rglob('*'))
        }

    return read


@pytest.fixture
def read_labels():
    """Lines of the label file of an image, given as in a list."""

    def read(out, image):
        path = out / image.replace('/images/', '/labels_with_ids/')
        return path.with_suffix('.txt').read_text().splitlines()

    return read
