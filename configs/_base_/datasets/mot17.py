# MOT17, the sequences of one detector: training and testing on all seven. Validation
# uses one of them, only to show the progress. The test set: option
# test_dataloader.dataset.data_root=data/MOT17/images/test
_base_ = './jde_1088x608.py'
videos = dict(
    data_root='${data_root}/MOT17/images/train', sequences=['MOT17-*-SDP'], split='all'
)
train_dataloader = dict(dataset=dict(ann_files=['mot17.train']))
val_dataloader = dict(dataset={**videos, 'sequences': ['MOT17-09-SDP']})
test_dataloader = dict(dataset=videos)
