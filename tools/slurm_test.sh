#!/usr/bin/env bash
# Test in a Slurm job; each process takes whole videos.
#   tools/slurm_test.sh PARTITION JOB_NAME CONFIG CHECKPOINT [options of tools/test.py]
# Settings: see slurm_train.sh.
[ $# -ge 4 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
exec "$(dirname "$0")/slurm_run.sh" test.py "$@"
