"""How the frames of an mp4 are compressed."""

from dataclasses import dataclass

from fairmot_mm.utils.contracts import require_choice, require_range, require_whole

PRESETS = (
    'ultrafast',
    'superfast',
    'veryfast',
    'faster',
    'fast',
    'medium',
    'slow',
    'slower',
    'veryslow',
)
TUNES = (
    'film',
    'animation',
    'grain',
    'stillimage',
    'psnr',
    'ssim',
    'fastdecode',
    'zerolatency',
)


@dataclass(frozen=True)
class VideoEncoding:
    """Settings of the H.264 encoder (libx264).

    docs/explanation/performance.md has time, size and quality of the presets.

    Args:
        preset: One of `PRESETS`, which libx264 orders from fast and large files to slow
            and small ones. The default keeps up with tracking on two cores.
        crf: Constant rate factor, 0 to 51: a smaller number gives a better picture and
            a larger file. 0 is without loss.
        tune: One of `TUNES`, or None.
        threads: Number of threads of the encoder; 0: as many as there are cores for
            this process. libx264 itself takes more, which needs more time in all.

    Raises:
        ConfigError: A value is out of its range.
    """

    preset: str = 'superfast'
    crf: float = 23
    tune: str | None = None
    threads: int = 0

    def __post_init__(self) -> None:
        require_choice('preset', self.preset, PRESETS)
        require_range(low=0, high=51, crf=self.crf)
        if self.tune is not None:
            require_choice('tune', self.tune, TUNES)
        require_whole(low=0, threads=self.threads)

    @property
    def options(self) -> dict[str, str]:
        """The options in the words of FFmpeg."""
        options = {'preset': self.preset, 'crf': str(self.crf)}
        return options if self.tune is None else {**options, 'tune': self.tune}
