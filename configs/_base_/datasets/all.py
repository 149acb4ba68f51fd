# mix.py and CrowdHuman, 73 064 images.
_base_ = './mot17.py'
ann_files = [
    'mot17.train',
    'caltech.all',
    'citypersons.train',
    'cuhksysu.train',
    'prw.train',
    'eth.train',
    'crowdhuman.train',
    'crowdhuman.val',
]
