"""Writing the results of one source: text and video, behind the tracking."""

from contextlib import ExitStack
from copy import deepcopy
from pathlib import Path

import numpy as np
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.utils import OutputError, StageClock, require_writable_dir, stage
from fairmot_mm.video.frame_source import FrameSource
from fairmot_mm.video.mot_writer import MOTWriter
from fairmot_mm.video.video_writer import VideoWriter
from fairmot_mm.video.write_behind import WriteBehind
from fairmot_mm.visualization import TrackVisualizer


class ResultWriter:
    """Writes ``NAME.txt`` (MOTChallenge results) and ``NAME.mp4`` (drawn) in a thread.

    The files get their names in `close`; see `MOTWriter` and `VideoWriter`.

    Args:
        source: What is tracked; the files are named after it.
        out_dir: Their folder. None: nothing is written.
        visualizer: Draws the mp4. Its trails start anew. Several ``classes`` in its
            ``dataset_meta`` are named in the picture and written in the text.
        save_video: Whether to write the mp4.
        depth: Frames that may wait to be written; 0: no thread.
        clock: Times the stages ``drawing`` and ``encoding``.

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
        clock: StageClock | None = None,
    ) -> None:
        self.clock = clock
        self.visualizer = visualizer
        self.visualizer.reset()
        self._text: MOTWriter | None = None
        self._video: VideoWriter | None = None
        self._files = ExitStack()
        if out_dir is not None:
            self._open(source, require_writable_dir(out_dir), save_video)
        self._behind = WriteBehind(depth)
        self._files.callback(self._behind.close)

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

    def write(self, image: np.ndarray, sample: DetDataSample, rate: float) -> None:
        """Queue the next frame.

        Args:
            image: (H, W, 3) uint8 BGR.
            sample: Its ``frame_id`` and ``pred_track_instances``; the caller may change
                them afterwards.
            rate: Frames a second, to be shown in the picture.

        Raises:
            OutputError: An earlier frame could not be written.
        """
        if self._text is None:
            return
        tracks = deepcopy(sample.pred_track_instances)
        self._behind.submit(self._write, sample.frame_id, image, tracks, rate)

    def _write(
        self, frame_id: int, image: np.ndarray, tracks: InstanceData, rate: float
    ) -> None:
        number = frame_id + 1
        if self._video:
            with stage('drawing', self.clock):
                header = f'frame {number}  people {len(tracks)}  {rate:.1f} fps'
                image = self.visualizer.draw(image, tracks, header)
        with stage('encoding', self.clock):
            if self._text:
                self._text.write(number, tracks)
            if self._video:
                self._video.write(image, frame_id)

    def close(self) -> None:
        """Write what is queued and name the files. Does nothing the second time.

        Raises:
            OutputError: A file cannot be written; what there is of it is kept.
        """
        self._files.close()
