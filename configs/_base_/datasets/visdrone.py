# VisDrone-MOT: ten classes, seen from drones.
_base_ = './several_classes.py'
metainfo = dict(
    classes=(
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
    )
)
ann_files = ['visdrone.train']
video_root = '${data_root}/visdrone/images/val'
