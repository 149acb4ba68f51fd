"""Videos to track and score, as plain MOTChallenge folders."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mmengine.dataset import BaseDataset

from fairmot_mm.registry import DATASETS, TRANSFORMS
from fairmot_mm.utils import DataError, SequenceInfo, natural_order, split_range
from fairmot_mm.utils.file_listing import match_names
from fairmot_mm.utils.frame_rates import frame_rates


@DATASETS.register_module()
class MOTVideoDataset(BaseDataset):
    """Frames of MOTChallenge sequences, one sequence after the other.

    Every folder of ``data_root`` that holds images (in ``img1`` or as ``seqinfo.ini``
    says) is a sequence. A sample is one frame with ``frame_id`` (place in the video,
    from 0), ``frame_number`` (number in ground truth and results, see `frame_numbers`),
    ``frame_rate`` and ``exact_frame_rate`` (per second, see `frame_rates`),
    ``video_name``, ``video_length`` (in frames),
    ``first_frame`` and ``last_frame`` (numbers of the first and the last frame of the
    video) and ``gt_file`` (``gt/gt.txt``, None without ground truth), which the metric
    reads.

    Args:
        data_root: Folder of the sequence folders.
        sequences: Names of the sequences, all by default. A pattern such as ``*-SDP``
            stands for all sequences that match, in natural order.
        split: ``'all'``, ``'first-half'`` or ``'second-half'`` of each sequence, see
            `split_range`. Tracking starts again with the second half, as published.
        pipeline: Transforms of a frame.
        **kwargs: Further arguments of mmengine's ``BaseDataset``.

    Raises:
        ConfigError: Unknown `split`.
        DataError: There is no sequence, or a named one is missing or malformed, or its
            ground truth has rows of frames without an image.
    """

    METAINFO = {'classes': ('pedestrian',)}  # noqa: RUF012 - as mmengine declares it

    def __init__(
        self,
        data_root: str,
        sequences: Sequence[str] | None = None,
        split: str = 'all',
        pipeline: Sequence[dict | Callable] = (),
        **kwargs: Any,
    ) -> None:
        self.sequences = list(sequences) if sequences is not None else None
        self.split = split
        split_range(0, split)  # raises on an unknown split before any image is read
        self.video_ranges: list[range] = []
        super().__init__(
            data_root=str(data_root),
            pipeline=[TRANSFORMS.build(step) for step in pipeline],
            test_mode=True,
            **kwargs,
        )

    def sequence_folders(self) -> list[Path]:
        """Find the folders of the sequences, in order.

        Raises:
            DataError: See `MOTVideoDataset`.
        """
        root = Path(self.data_root)
        if not root.is_dir():
            raise DataError(f'data_root {root} is not a folder')
        if self.sequences is not None:
            return [path for name in self.sequences for path in _matching(root, name)]
        folders = [
            path
            for path in _subfolders(root)
            if (path / 'seqinfo.ini').is_file() or (path / 'img1').is_dir()
        ]
        if not folders:
            raise DataError(
                f'{root} has no sequence folder (NAME/img1/*.jpg, NAME/seqinfo.ini)'
            )
        return folders

    def load_data_list(self) -> list[dict]:
        """List the frames of all sequences, and set their ranges in ``video_ranges``.

        Returns:
            One dict for each frame, with the keys named above.
        """
        data_list: list[dict] = []
        for folder in self.sequence_folders():
            info = SequenceInfo.read(folder)
            has_gt = info.gt_file.is_file()
            if has_gt:
                info.read_ground_truth()  # raises on a frame without an image
            start = len(data_list)
            frames = split_range(len(info.images), self.split)
            numbers = info.frames[frames.start : frames.stop].tolist()
            data_list.extend(
                {
                    'img_path': str(image),
                    'img_id': start + frame_id,
                    'frame_id': frame_id,
                    'frame_number': number,
                    **frame_rates(info.frame_rate),
                    'video_name': info.name,
                    'video_length': len(frames),
                    'first_frame': numbers[0],
                    'last_frame': numbers[-1],
                    'gt_file': str(info.gt_file) if has_gt else None,
                }
                for frame_id, (number, image) in enumerate(
                    zip(
                        numbers,
                        info.images[frames.start : frames.stop],
                        strict=True,
                    )
                )
            )
            self.video_ranges.append(range(start, len(data_list)))
        return data_list


def _subfolders(root: Path) -> list[Path]:
    folders = (path for path in root.glob('[!.]*') if path.is_dir())
    return sorted(folders, key=lambda path: natural_order(path.name))


def _matching(root: Path, name: str) -> list[Path]:
    """Sequence folders that a name or a pattern stands for."""
    if (root / name).is_dir() or not any(character in name for character in '*?['):
        return [root / name]
    found = match_names(name, [path.name for path in _subfolders(root)])
    folders = [root / match for match in found]
    if not folders:
        raise DataError(f'{root} has no sequence that matches {name!r}')
    return folders
