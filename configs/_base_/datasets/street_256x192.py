# Small sets of streets, tracks and stills, with people pasted in; people have a height
# between a seventh of the window and the whole window.
# docs/explanation/light_model.md makes the data.
_base_ = './jde_1088x608.py'
window_size = (256, 192)  # of training, (width, height)
input_size = (512, 320)  # of testing and tracking
ann_files = [
    'mot15two.train',
    'pennfudan.train',
    'prwcam6.train',
    'mot17excerpt.train',
]
repeats = [2, 6, 1, 12]  # how many times each list occurs in an epoch
video_root = '${data_root}/mot15'
test_sequences = ['TUD-Campus']

train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadJDELabels'),
    dict(type='RandomWindow', scale='${window_size}'),
    dict(type='PastePeople', cutouts='${data_root}/cutouts', prob=0.5),
    dict(type='YOLOXHSVRandomAug', hue_delta=8, saturation_delta=50, value_delta=60),
    dict(type='RandomGrayscale', prob=0.1, keep_channels=True),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackJDEInputs'),
]
train_dataloader = dict(batch_size=8, num_workers=1, dataset=dict(repeats='${repeats}'))
# Frames are scaled while they are decoded: the pixels differ by a grey level on average
# from those of '${letterbox}', and the scores do not (docs/explanation/performance.md).
test_pipeline = [
    dict(type='LoadFrame'),
    dict(type='FastLetterbox', scale='${input_size}'),
    dict(type='PackFrame'),
]
val_dataloader = dict(num_workers=0)
test_dataloader = val_dataloader
