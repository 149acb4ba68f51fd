# MOT17 cut in halves: the first of every sequence to train on, the second to test on.
_base_ = './mot17.py'
videos = dict(sequences=['MOT17-*-SDP'], split='second-half')
train_dataloader = dict(dataset=dict(ann_files=['mot17.half']))
val_dataloader = dict(dataset=videos)
test_dataloader = dict(dataset=videos)
