#!/usr/bin/env bash
# Track the videos of an archive in an array job of Slurm; each task is a worker.
#   tools/slurm_track_many.sh PARTITION JOB_NAME MANIFEST --out FOLDER [options of tools/track_many.py]
# Settings: see slurm_train.sh. GPUS is the number of tasks, GPUS_PER_NODE=0 takes none.
# SRUN_ARGS are options of sbatch here. It is to be run on a login node, and may be
# started again.
[ $# -ge 5 ] || { sed -n '2,6s/^# //p' "$0" >&2; exit 2; }
partition=$1 job_name=$2 gres=
shift 2
[ "${GPUS_PER_NODE:-8}" -gt 0 ] && gres=--gres=gpu:1
exec "${PYTHON:-python}" -u "$(dirname "$0")/track_many.py" "$@" --engine slurm \
    --workers "${GPUS:-8}" --cpus-per-worker "${CPUS_PER_TASK:-5}" \
    --slurm-args="--partition=$partition --job-name=$job_name $gres ${SRUN_ARGS:-}"
