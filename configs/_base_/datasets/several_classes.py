# jde_1088x608.py for several classes: the names of the classes (metainfo.classes), the
# scores of each, and no limit on the shape and size of boxes, which is for people.
_base_ = './jde_1088x608.py'
metainfo = dict(classes=())  # a child names them, in the order of the class ids
result_form = 'mot'  # or that of a server: kitti, bdd100k
train_dataloader = dict(dataset=dict(metainfo='${metainfo}'))
val_dataloader = dict(dataset=dict(metainfo='${metainfo}'))
test_dataloader = dict(dataset=dict(metainfo='${metainfo}'))
val_evaluator = dict(_delete_=True, type='ClassMOTMetric', form='${result_form}')
test_evaluator = val_evaluator
