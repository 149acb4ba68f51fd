# A further training of the same: it starts from the weights of the one before, rises
# to a lower learning rate, and shows larger windows. load_from=... repeats it.
_base_ = './fairmot_csp-lite_1xb8-6e_street-wide.py'
max_epochs = 4
base_lr = 1e-3
window_size = (384, 256)
load_from = 'work_dirs/fairmot_csp-lite_1xb8-6e_street-wide/epoch_6.pth'
