#!/usr/bin/env bash
# What dist_train.sh and dist_test.sh share: dist_run.sh TOOL CONFIG PROCESSES [...]
[ $# -ge 3 ] || { sed -n '2,6s/^# //p' "$(dirname "$0")/dist_train.sh" >&2; exit 2; }
tool=$1 config=$2 processes=$3
shift 3
if [ "${NNODES:-1}" -gt 1 ]; then
    : "${NODE_RANK:?number of this machine, from 0}" "${MASTER_ADDR:?machine of rank 0}"
    where=(--nnodes "$NNODES" --node-rank "$NODE_RANK" --master-addr "$MASTER_ADDR"
        --master-port "${PORT:-29500}")
elif [ -n "${PORT:-}" ]; then
    where=(--master-port "$PORT")
else
    where=(--standalone) # a free port: two runs on a machine do not meet
fi
# torchrun hands a signal on to its processes, but ends with status 1; a scheduler needs
# to see 143. At a second signal it ends without them, so it gets the first alone: it has
# a process group of its own (set -m), which a signal to this group does not reach.
status=0
pass_on() {
    [ $status -eq 0 ] || return
    status=$((128 + $(kill -l "$1")))
    kill -s "$1" $! 2>/dev/null
}
for name in HUP INT QUIT TERM; do
    # shellcheck disable=SC2064 # this name
    trap "pass_on $name" $name
done
set -m
[ $status -eq 0 ] || exit $status
"${PYTHON:-python}" -m torch.distributed.run "${where[@]}" \
    --nproc-per-node "$processes" "$(dirname "$0")/$tool" "$config" \
    --launcher pytorch "$@" &
torchrun=$!
while true; do
    wait $torchrun
    ended=$?
    kill -0 $torchrun 2>/dev/null || break
done
[ $ended -eq 0 ] || [ $status -eq 0 ] || exit $status
exit $ended
