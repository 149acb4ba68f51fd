"""What is written of a run beside the mp4, and what the mp4 shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fairmot_mm.exports.open_writer import FORMS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.contracts import require_choice, require_whole
from fairmot_mm.utils.points import Points, require_extent
from fairmot_mm.visualization.blurring import BLURS

MOT = 'mot'


@dataclass(frozen=True)
class OutputOptions:
    """Forms of the tracks, counts, crops and blurred people of a run.

    Args:
        forms: Forms of the tracks: ``mot`` (NAME.txt of the MOTChallenge), ``csv``,
            ``parquet``, ``jsonl``, ``coco-vid`` (NAME.json), ``cvat`` (NAME.xml).
        stream: A binary stream that gets a line of JSON for each frame, see
            `JSONLinesWriter`; also without a folder for the other files.
        lines: Lines at which tracks are counted, two points (x, y) each, in whole
            pixels of the frame; see `TrackCounter`. With lines or zones there are also
            ``NAME.events.csv`` and ``NAME.counts.csv``, see `CountWriter`, and the mp4
            shows them.
        zones: Zones in which tracks are counted, three or more points each.
        crops: Folder of the crops, ``CROPS/NAME/ID/FRAME.jpg``; see `CropWriter`.
        crops_per_track: Largest number of crops of a track.
        blur: ``people`` or ``faces`` are made unrecognizable in the mp4 and in the
            crops, see `blur_boxes`: those of tracks, and those of detections without a
            track whose score is 0.2 or more. None blurs nobody.

    Raises:
        ConfigError: A value cannot be used.
    """

    forms: Sequence[str] = (MOT,)
    stream: BinaryIO | None = None
    lines: Sequence[Points] = ()
    zones: Sequence[Points] = ()
    crops: str | Path | None = None
    crops_per_track: int = 5
    blur: str | None = None

    def __post_init__(self) -> None:
        for form in self.forms:
            require_choice('forms', form, (MOT, *FORMS))
        for line in self.lines:
            require_extent('line', line)
        for zone in self.zones:
            require_extent('polygon', zone)
        require_whole(low=1, crops_per_track=self.crops_per_track)
        if self.blur is not None:
            require_choice('blur', self.blur, BLURS)

    @property
    def counts(self) -> bool:
        """Whether anything is counted."""
        return len(self.lines) + len(self.zones) > 0

    def require_room(self, has_folder: bool, save_video: bool) -> None:
        """Refuse outputs that would be written nowhere.

        Args:
            has_folder: Whether there is a folder of the results.
            save_video: Whether the mp4 is one of them.

        Raises:
            ConfigError: There is no folder, or no picture, for an output.
        """
        if not has_folder and tuple(self.forms) != (MOT,):
            raise ConfigError(f'the forms {", ".join(self.forms)} need out_dir')
        if not has_folder and self.counts and self.stream is None:
            raise ConfigError('lines and zones need out_dir or a stream')
        has_picture = (has_folder and save_video) or self.crops is not None
        if self.blur and not has_picture:
            raise ConfigError(
                'blur changes the mp4 and the crops, and neither is written'
            )

    def endings(self, save_video: bool) -> list[str]:
        """Endings of the files in the folder of the results, in the order of the run.

        Args:
            save_video: Whether the mp4 is one of them.
        """
        ending_of = {MOT: '.txt'} | {name: form[0] for name, form in FORMS.items()}
        endings = [ending_of[form] for form in dict.fromkeys(self.forms)]
        endings += ['.events.csv', '.counts.csv'] if self.counts else []
        return [*endings, '.mp4'] if save_video else endings
