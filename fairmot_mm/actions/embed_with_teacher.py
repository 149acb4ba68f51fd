"""Embeds the people of lists with a Re-ID network."""

import argparse
import os
from pathlib import Path

import numpy as np

from fairmot_mm.datasets.label_index import LabelIndex, index_labels
from fairmot_mm.datasets.label_lines import IGNORE_CLASS
from fairmot_mm.datasets.teacher_embeddings import TeacherEmbeddings
from fairmot_mm.inference.teacher_embedder import TeacherEmbedder
from fairmot_mm.inference.teacher_network import TeacherNetwork, TeacherPixels
from fairmot_mm.utils import DataError, cli
from fairmot_mm.utils.boxes import cxcywh_to_xyxy
from fairmot_mm.utils.claim_output import claim_output
from fairmot_mm.utils.images import read_image

SUFFIX = '.embeds.npz'


def open_embedder(args: argparse.Namespace, path: str) -> TeacherEmbedder:
    """Open the Re-ID network of a command line.

    Args:
        args: Options of `add_teacher_arguments`.
        path: The ONNX file.
    """
    pixels = TeacherPixels(args.mean, args.std, args.rgb)
    network = TeacherNetwork(path, pixels, args.device)
    return TeacherEmbedder(network, args.size and (args.size[0], args.size[1]))


def embed_with_teacher(args: argparse.Namespace) -> None:
    """Write ``LIST.embeds.npz`` beside each list that has none of this teacher."""
    embedder = open_embedder(args, args.teacher)
    for name in args.ann_files:
        ann_file = str(args.data_root / name)
        file = Path(ann_file + SUFFIX)
        with claim_output(file, overwrite=True):
            index = index_labels(ann_file, str(args.data_root), None)
            if _is_finished(file, index, embedder.network.digest):
                print(f'{file} is there already')
                continue
            embeds = embed_list(index, embedder, name)
            teacher = embedder.network.digest
            TeacherEmbeddings.of(index, embeds, teacher, file).save()
        count = int(embeds.any(axis=1).sum())
        print(f'{file}: {count} of {len(embeds)} boxes, {embeds.shape[1]} numbers each')


def _is_finished(file: Path, index: LabelIndex, teacher: np.ndarray) -> bool:
    if not file.is_file():
        return False
    try:
        old = TeacherEmbeddings.read(file)
    except DataError:
        return False  # the file will be written again
    return old.fits(index) and np.array_equal(old.teacher, teacher)


def embed_list(index: LabelIndex, embedder: TeacherEmbedder, name: str) -> np.ndarray:
    """Embed the people of a list.

    Args:
        index: The labels, R rows.
        embedder: The Re-ID network.
        name: Name of the list, for the progress bar.

    Returns:
        (R, D) float32 of unit length; zeros for ignore regions and for boxes that lie
        beyond their image or have no area.

    Raises:
        DataError: An image cannot be read, or the list has no box that can be embedded.
    """
    embeds: np.ndarray | None = None
    for number in cli.show_progress(range(len(index.images)), name):
        rows = index.rows[index.starts[number] : index.starts[number + 1]]
        people = np.flatnonzero(rows[:, 0] != IGNORE_CLASS)
        if not len(people):
            continue
        image = read_image(os.fsdecode(index.images[number]))
        size = np.tile(image.shape[1::-1], 2)
        found = embedder.embed(image, cxcywh_to_xyxy(rows[people, 2:]) * size)
        if not found.shape[1]:
            continue
        if embeds is None:
            embeds = np.zeros((len(index.rows), found.shape[1]), np.float32)
        embeds[index.starts[number] + people] = found
    if embeds is None:
        raise DataError(f'{name} has no box inside its image that could be embedded')
    return embeds
