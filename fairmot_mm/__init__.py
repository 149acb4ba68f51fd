"""FairMOT as a plugin framework on mmengine, mmcv and mmdet."""

from fairmot_mm.utils.threads import prepare_threads

__version__ = '0.1.0'

# Before anything imports torch or numpy.
prepare_threads()
