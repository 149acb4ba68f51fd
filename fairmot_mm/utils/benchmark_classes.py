"""Names of the classes of benchmarks, also for command lines: nothing is imported."""

# Name of ignore regions in ground truth of several classes.
IGNORE_NAME = 'ignored region'
# Classes of MOT16, 17 and 20 in the order of their numbers, from 1.
MOT_CLASSES = (
    'pedestrian',
    'person on vehicle',
    'car',
    'bicycle',
    'motorbike',
    'non motorized vehicle',
    'static person',
    'distractor',
    'occluder',
    'occluder on the ground',
    'occluder full',
    'reflection',
    'crowd',
)
# Classes of VisDrone in the order of their numbers, from 0.
VISDRONE_CLASSES = (
    IGNORE_NAME,
    'pedestrian',
    'people',
    'bicycle',
    'car',
    'van',
    'truck',
    'tricycle',
    'awning-tricycle',
    'bus',
    'motor',
    'others',
)
# Those that are scored.
VISDRONE_SCORED = VISDRONE_CLASSES[1:-1]
# Classes of BDD100K tracking; the last three are ignored.
BDD_CLASSES = (
    'pedestrian',
    'rider',
    'car',
    'bus',
    'truck',
    'train',
    'motorcycle',
    'bicycle',
    'other person',
    'trailer',
    'other vehicle',
)
BDD100K_SCORED = BDD_CLASSES[:-3]
