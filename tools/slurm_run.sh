#!/usr/bin/env bash
# What slurm_train.sh and slurm_test.sh share: slurm_run.sh TOOL PARTITION JOB_NAME [...]
tool=$1 partition=$2 job_name=$3
shift 3
processes=${GPUS:-8} per_node=${GPUS_PER_NODE:-8} gres=()
if [ "$per_node" -gt 0 ]; then
    [ "$processes" -ge "$per_node" ] || per_node=$processes
    gres=(--gres="gpu:$per_node" --ntasks-per-node="$per_node")
fi
# One process that fails ends the job: the others would wait for it in vain.
# shellcheck disable=SC2086 # SRUN_ARGS holds several words
exec srun --partition="$partition" --job-name="$job_name" --ntasks="$processes" \
    "${gres[@]}" --cpus-per-task="${CPUS_PER_TASK:-5}" --kill-on-bad-exit=1 \
    ${SRUN_ARGS:-} "${PYTHON:-python}" -u "$(dirname "$0")/$tool" "$@" \
    --launcher slurm
