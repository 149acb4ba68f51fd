# More streets than street_256x192.py: with ignore regions, labels and embeddings of
# teacher networks, and images without people.
# docs/how_to/train_with_teachers.md makes the data.
_base_ = './street_256x192.py'
input_size = (640, 384)
ann_files = [
    'mot15two.train',
    'motmore.train',
    'mot17excerpt.train',
    'prwcam6.train',
    'pennfudan.train',
    'stills.train',
    'videos.train',
]
background_files = ['negatives.list']
repeats = [1, 2, 10, 1, 4, 2, 3, 3]  # of the lists, then of those without people
teacher_embeds = [
    'mot15two.train.embeds.npz',
    'motmore.train.embeds.npz',
    'mot17excerpt.train.embeds.npz',
    'prwcam6.train.embeds.npz',
    'pennfudan.train.embeds.npz',
    'stills.train.embeds.npz',
    'videos.train.embeds.npz',
]
# Of a person, in heights of the window; and of the image in windows without people.
height_range = (0.1, 0.95)
background_scale = (0.3, 1.0)

train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadJDELabels'),
    dict(
        type='RandomWindow',
        scale='${window_size}',
        height_range='${height_range}',
        background_scale='${background_scale}',
    ),
    dict(type='PastePeople', cutouts='${data_root}/cutouts', prob=0.4),
    dict(type='YOLOXHSVRandomAug', hue_delta=8, saturation_delta=50, value_delta=60),
    dict(type='RandomGrayscale', prob=0.1, keep_channels=True),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackJDEInputs'),
]
train_dataloader = dict(
    dataset=dict(
        background_files='${background_files}', teacher_embeds='${teacher_embeds}'
    )
)
