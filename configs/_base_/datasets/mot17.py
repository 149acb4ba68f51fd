# MOT17, the sequences of one detector: training and testing on all seven. Validation
# uses one of them, only to show the progress. The test set: option
# test_dataloader.dataset.data_root=data/MOT17/images/test
_base_ = './jde_1088x608.py'
ann_files = ['mot17.train']
video_root = '${data_root}/MOT17/images/train'
test_sequences = ['MOT17-*-SDP']
val_sequences = ['MOT17-09-SDP']
