# 2DMOT15, training and testing on its eleven sequences. The test set: option
# test_dataloader.dataset.data_root=data/MOT15/images/test
_base_ = './jde_1088x608.py'
videos = dict(data_root='${data_root}/MOT15/images/train')
train_dataloader = dict(dataset=dict(ann_files=['mot15.train']))
val_dataloader = dict(dataset=dict(**videos, sequences=['TUD-Campus']))
test_dataloader = dict(dataset=videos)
