# 2DMOT15, training and testing on its eleven sequences. The test set: option
# test_dataloader.dataset.data_root=data/MOT15/images/test
_base_ = './jde_1088x608.py'
ann_files = ['mot15.train']
video_root = '${data_root}/MOT15/images/train'
val_sequences = ['TUD-Campus']
