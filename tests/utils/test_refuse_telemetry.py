import os
import subprocess
import sys

import pytest

CODE = """
from fairmot_mm.utils.refuse_telemetry import refuse_telemetry
refuse_telemetry()
import openvino.tools.ovc.telemetry_utils as ovc
from nncf.telemetry import wrapper
print(isinstance(wrapper.telemetry, wrapper.NNCFTelemetry), ovc.tm.__name__)
"""


def test_nothing_is_reported(tmp_path):
    """NNCF and OpenVINO take their stand-ins, and number no machine in the home."""
    for package in ('nncf', 'openvino', 'openvino_telemetry'):
        pytest.importorskip(package)
    # A process of its own: NNCF reports nothing next to pytest.
    environment = {**os.environ, 'HOME': str(tmp_path), 'NNCF_CI': ''}
    done = subprocess.run(
        [sys.executable, '-c', CODE],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [
        'False',
        'openvino.tools.ovc.telemetry_stub',
    ]
    assert not (tmp_path / 'intel').exists()
