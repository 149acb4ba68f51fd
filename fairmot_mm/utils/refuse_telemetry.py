"""Keeping libraries from reporting their use."""

import os
import sys


def refuse_telemetry() -> None:
    """Keep NNCF and OpenVINO from reporting their use to their maker.

    NNCF reports by default, and both keep a number of the machine in the home folder.
    The function works in this process, if it is called before they are imported: NNCF
    reads the variable, and neither reports where their package for it is missing.
    """
    os.environ['NNCF_CI'] = '1'
    # Python raises ImportError for a module of this value.
    sys.modules.setdefault('openvino_telemetry', None)  # type: ignore[arg-type]
