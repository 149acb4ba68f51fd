"""Reading the samples that mmengine's Evaluator gives to metrics."""

from collections.abc import Iterator, Sequence

from mmengine.structures import BaseDataElement


def frames_of(data_samples: Sequence[BaseDataElement | dict]) -> Iterator[dict]:
    """Iterate over the frames of clips.

    Args:
        data_samples: `TrackDataSample`s, or the dicts that the Evaluator makes of them.

    Yields:
        Each frame as a dict.
    """
    for clip in data_samples:
        for frame in _as_dict(clip)['video_data_samples']:
            yield _as_dict(frame)


def _as_dict(sample: BaseDataElement | dict) -> dict:
    return sample.to_dict() if isinstance(sample, BaseDataElement) else sample
