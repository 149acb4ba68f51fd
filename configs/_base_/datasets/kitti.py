# KITTI tracking: the two classes of the benchmark. The sequences of the list kitti.val
# (fairmot convert kitti --val ...) validate and test.
_base_ = './several_classes.py'
metainfo = dict(classes=('pedestrian', 'car'))
result_form = 'kitti'
ann_files = ['kitti.train']
video_root = '${data_root}/kitti/images/val'
