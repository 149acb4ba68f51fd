# BDD100K MOT: the eight classes of the benchmark.
_base_ = './several_classes.py'
metainfo = dict(
    classes=(
        'pedestrian',
        'rider',
        'car',
        'bus',
        'truck',
        'train',
        'motorcycle',
        'bicycle',
    )
)
result_form = 'bdd100k'
ann_files = ['bdd100k.train']
video_root = '${data_root}/bdd100k/images/val'
