#!/usr/bin/env bash
# Train in a Slurm job.
#   tools/slurm_train.sh PARTITION JOB_NAME CONFIG [options of tools/train.py]
# GPUS (8) processes, GPUS_PER_NODE (8) on a machine, CPUS_PER_TASK (5) cores for each;
# GPUS_PER_NODE=0 runs them without GPUs. SRUN_ARGS: further options of srun, such as
# "--time=48:00:00 --signal=TERM@120": see docs/how_to/training_at_scale.md for the signal.
[ $# -ge 3 ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 2; }
exec "$(dirname "$0")/slurm_run.sh" train.py "$@"
