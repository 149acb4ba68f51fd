#!/usr/bin/env bash
# A Slurm cluster of two nodes on this machine, to try tools/slurm_*.sh for real.
#   tools/dev/local_slurm.sh start FOLDER   # then: export SLURM_CONF=FOLDER/slurm.conf
#   tools/dev/local_slurm.sh stop FOLDER
# Needs Debian's `apt install slurm-wlm munge`, not root. The daemons listen on loopback,
# at PORT (7817) and the two after it. The partition is "local"; a node has four places
# for tasks, and two GPUs in name only.
set -Eeuo pipefail
usage() { sed -n '2,7s/^# //p' "$0" >&2; exit 2; }
[ $# -eq 2 ] || usage
mkdir -p "$2"
folder=$(cd "$2" && pwd) port=${PORT:-7817} PATH=$PATH:/usr/sbin:/sbin

stop() {
    local file pids=() pid
    for file in "$folder"/*.pid; do
        # A daemon that has ended may have left its file and number to another.
        pid=$(cat "$file" 2>/dev/null) || continue
        grep -qaF "$folder" "/proc/$pid/cmdline" 2>/dev/null || continue
        kill "$pid" && pids+=("$pid")
    done
    for pid in "${pids[@]}"; do
        for _ in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
    done
}

start() {
    trap stop ERR # a daemon that does not start leaves no others behind
    head -c 64 /dev/urandom >"$folder/key"
    chmod 400 "$folder/key"
    cat >"$folder/slurm.conf" <<END
ClusterName=local
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthInfo=socket=$folder/munge.socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool-%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
GresTypes=gpu
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ReturnToService=2
SlurmdParameters=config_overrides
NodeName=127.0.0.[1-2] NodeHostname=$(hostname -s) Port=$((port + 1)),$((port + 2)) CPUs=4 Gres=gpu:2
PartitionName=local Nodes=127.0.0.[1-2] Default=YES State=UP
END
    printf 'Name=gpu File=/dev/%s\n' null zero >"$folder/gres.conf"
    # --force: a folder of one's own is enough, as nobody else shall use it.
    munged --force --key-file="$folder/key" --socket="$folder/munge.socket" \
        --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" \
        --seed-file="$folder/seed" --num-threads=2
    slurmctld -f "$folder/slurm.conf"
    for node in 127.0.0.1 127.0.0.2; do slurmd -f "$folder/slurm.conf" -N "$node"; done
    export SLURM_CONF=$folder/slurm.conf
    for _ in $(seq 100); do
        [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 2 ] && return
        sleep 0.2
    done
    tail -n 5 "$folder"/*.log >&2
    stop
    exit 1
}

case $1 in start) start ;; stop) stop ;; *) usage ;; esac
