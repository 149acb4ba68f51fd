"""Writing the results of one source, text and video, in a thread."""

from contextlib import ExitStack
from copy import deepcopy
from pathlib import Path

import numpy as np
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.utils import OutputError, require_writable_dir, step
from fairmot_mm.video.call_queue import CallQueue
from fairmot_mm.video.frame_source import FrameSource
from fairmot_mm.video.mot_writer import MOTWriter
from fairmot_mm.video.video_writer import VideoWriter
from fairmot_mm.visualization import TrackVisualizer


class ResultWriter:
    """Writes ``NAME.txt`` (MOTChallenge results) and ``NAME.mp4`` (drawn) in a thread.

    The files get their names in `close`; see `MOTWriter` and `VideoWriter`.

    Args:
        source: The source that is tracked; the files are named after it.
        out_dir: Folder of the files. With None nothing is written.
        visualizer: Draws the frames of the mp4; its trails are cleared. If its
            ``dataset_meta`` has several ``classes``, the picture names them and the
            text has a column for them.
        save_video: Whether to write the mp4.
        depth: Number of frames that may wait to be written. With 0 there is no thread.

    Raises:
        OutputError: The folder cannot be written, or the mp4 would replace the source.
    """

    def __init__(
        self,
        source: FrameSource,
        out_dir: str | Path | None,
        visualizer: TrackVisualizer,
        save_video: bool,
        depth: int,
    ) -> None:
        self.visualizer = visualizer
        self.visualizer.reset()
        self._text: MOTWriter | None = None
        self._video: VideoWriter | None = None
        self._files = ExitStack()
        if out_dir is not None:
            self._open(source, require_writable_dir(out_dir), save_video)
        self._calls: CallQueue[None] = CallQueue(depth)
        self._files.callback(self._calls.close)

    def _open(self, source: FrameSource, folder: Path, save_video: bool) -> None:
        classes = (self.visualizer.dataset_meta or {}).get('classes', ())
        self._text = MOTWriter(folder / f'{source.name}.txt', len(classes) > 1)
        self._files.callback(self._text.close)
        if not save_video:
            return
        path = folder / f'{source.name}.mp4'
        if source.video is not None and source.video.resolve() == path.resolve():
            raise OutputError(f'{path} is the source itself; choose another folder')
        self._video = VideoWriter(path, source.frame_rate)
        self._files.callback(self._video.close)

    def write(
        self,
        image: np.ndarray,
        sample: DetDataSample,
        rate: float,
        number: int | None = None,
    ) -> None:
        """Queue the next frame.

        Args:
            image: (H, W, 3) uint8 BGR. The caller must not change it afterwards.
            sample: Has ``frame_id`` (from 0) and ``pred_track_instances`` (``bboxes``
                (M, 4) xyxy in pixels of the frame, ``instances_id`` (M,)). It is
                copied: the caller may change it afterwards.
            rate: Speed to show in the picture, in frames a second.
            number: Number of the frame in text and picture; None is ``frame_id`` + 1.

        Raises:
            OutputError: An earlier frame could not be written.
        """
        if self._text is None:
            return
        tracks = deepcopy(sample.pred_track_instances)
        frame_id = sample.frame_id
        number = frame_id + 1 if number is None else number
        self._calls.submit(self._write, frame_id, number, image, tracks, rate)

    def _write(
        self,
        frame_id: int,
        number: int,
        image: np.ndarray,
        tracks: InstanceData,
        rate: float,
    ) -> None:
        if self._video:
            with step('drawing'):
                header = f'frame {number}  people {len(tracks)}  {rate:.1f} fps'
                image = self.visualizer.draw(image, tracks, header)
        with step('encoding'):
            if self._text:
                self._text.write(number, tracks)
            if self._video:
                self._video.write(image, frame_id)

    def close(self) -> None:
        """Write the queued frames and give the files their names.

        A second call does nothing.

        Raises:
            OutputError: A file cannot be written; the part that was written is kept.
        """
        self._files.close()
