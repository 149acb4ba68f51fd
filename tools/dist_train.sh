#!/usr/bin/env bash
# Train with several processes, one for each GPU, or for each part of a CPU.
#   tools/dist_train.sh CONFIG PROCESSES [options of tools/train.py]
# On several machines, run it on each with the same settings but for NODE_RANK:
#   NNODES=2 NODE_RANK=0 MASTER_ADDR=first-machine tools/dist_train.sh CONFIG 8
# PORT (29500 on several machines) and PYTHON (python) can be set too.
exec "$(dirname "$0")/dist_run.sh" train.py "$@"
