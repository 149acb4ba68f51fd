# MOT17 cut in halves: the first of every sequence to train on, the second to test on.
_base_ = './mot17.py'
ann_files = ['mot17.half']
video_split = 'second-half'
val_sequences = '${test_sequences}'
