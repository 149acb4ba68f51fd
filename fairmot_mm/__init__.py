"""FairMOT as a plugin framework on mmengine, mmcv and mmdet."""

__version__ = '0.1.0'
