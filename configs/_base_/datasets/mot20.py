# MOT20, training and testing on its four sequences; boxes are clipped to the image, as
# the published instructions say. The test set: option
# test_dataloader.dataset.data_root=data/MOT20/images/test
_base_ = './jde_1088x608.py'
ann_files = ['mot20.train']
video_root = '${data_root}/MOT20/images/train'
val_sequences = ['MOT20-01']
affine = dict(clip_border=True)
