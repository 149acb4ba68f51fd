# The six sets of the paper that have identities, 53 694 images. Tested on MOT17.
_base_ = './mot17.py'
ann_files = [
    'mot17.train',
    'caltech.all',
    'citypersons.train',
    'cuhksysu.train',
    'prw.train',
    'eth.train',
]
