import argparse

import pytest

from fairmot_mm.exports import FORMS as EXPORTS
from fairmot_mm.utils.output_arguments import FORMS, forms
from fairmot_mm.video.output_options import OutputOptions


def test_forms():
    """They are joined by commas; the command line knows those that there are."""
    assert forms('csv, cvat') == ['csv', 'cvat']
    assert ('mot', *EXPORTS) == FORMS
    assert OutputOptions(forms=FORMS).forms == FORMS
    with pytest.raises(argparse.ArgumentTypeError, match="no form 'xml'; the forms"):
        forms('csv,xml')
