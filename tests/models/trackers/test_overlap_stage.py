import pytest

from fairmot_mm.models.trackers import LowScoreAssociation, OverlapStage, Stage


@pytest.mark.parametrize('kind', [OverlapStage, LowScoreAssociation])
def test_low_frame_rate(kind):
    """Pairs then need similar embeddings; a stricter limit of the config stays."""
    assert isinstance(kind(), Stage)
    assert kind().for_low_frame_rate(0.5) == kind(embed_thr=0.5)
    assert kind(embed_thr=0.3).for_low_frame_rate(0.5) == kind(embed_thr=0.3)
