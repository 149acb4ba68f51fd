#!/usr/bin/env bash
# Test with several processes; each takes whole videos, the table is that of one process.
#   tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [options of tools/test.py]
# Settings for several machines: see dist_train.sh.
[ $# -ge 3 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
config=$1 checkpoint=$2 processes=$3
shift 3
exec "$(dirname "$0")/dist_run.sh" test.py "$config" "$processes" "$checkpoint" "$@"
