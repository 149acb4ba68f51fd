# mix.py with only the first half of MOT17, 51 035 images; tested on the second half.
_base_ = './mot17half.py'
ann_files = [
    'mot17.half',
    'caltech.all',
    'citypersons.train',
    'cuhksysu.train',
    'prw.train',
    'eth.train',
]
