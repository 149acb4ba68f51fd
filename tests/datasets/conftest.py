from pathlib import Path

import cv2
import numpy as np
import pytest

from fairmot_mm.datasets import JDEDataset
from fairmot_mm.registry import TRANSFORMS

# An excerpt of what the published code was run on, three of the five images, and of
# what came out: every 8th pixel of the 1088x608 network input in RGB, the uniform draws
# of the augmentation, its matrix and its labels. Names are plainI and aug_iI_sS: sample
# I, random.seed(S).
GOLDEN = Path(__file__).parents[1] / 'data' / 'jde'


@pytest.fixture(scope='session')
def golden():
    return np.load(GOLDEN / 'golden.npz')


@pytest.fixture(scope='session')
def golden_dataset():
    return JDEDataset(data_root=str(GOLDEN), ann_files=['A.train', 'B.train'])


@pytest.fixture
def run_steps(golden_dataset):
    """Results of a golden sample after loading and some further transforms."""

    def run(index, *steps):
        results = golden_dataset.get_data_info(index)
        for step in ({'type': 'LoadImage'}, {'type': 'LoadJDELabels'}, *steps):
            results = TRANSFORMS.build(step)(results)
        return results

    return run


@pytest.fixture
def make_jde_set(tmp_path):
    """Write a data set of tiny images; gives the arguments of JDEDataset.

    Takes sets as {name: [label text of an image, ...]}; ``None`` writes no label.
    """

    def make(**sets):
        for name, labels in sets.items():
            lines = []
            for number, text in enumerate(labels):
                stem = f'{number:03d}'
                image = tmp_path / name / 'images' / f'{stem}.png'
                label = tmp_path / name / 'labels_with_ids' / f'{stem}.txt'
                image.parent.mkdir(parents=True, exist_ok=True)
                label.parent.mkdir(parents=True, exist_ok=True)
                noise = np.random.default_rng(number).integers(0, 255, (40, 64, 3))
                cv2.imwrite(str(image), noise.astype(np.uint8))
                if text is not None:
                    label.write_text(text)
                lines.append(f'{name}/images/{stem}.png\n')
            (tmp_path / f'{name}.train').write_text(''.join(lines))
        return dict(
            data_root=str(tmp_path), ann_files=[f'{name}.train' for name in sets]
        )

    return make
