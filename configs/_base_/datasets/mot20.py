# MOT20, training and testing on its four sequences; boxes are clipped to the image, as
# the published instructions say. The test set: option
# test_dataloader.dataset.data_root=data/MOT20/images/test
_base_ = './jde_1088x608.py'
videos = dict(data_root='${data_root}/MOT20/images/train')
affine = dict(clip_border=True)
train_dataloader = dict(dataset=dict(ann_files=['mot20.train']))
val_dataloader = dict(dataset=dict(**videos, sequences=['MOT20-01']))
test_dataloader = dict(dataset=videos)
