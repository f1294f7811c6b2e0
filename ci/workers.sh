#!/usr/bin/env bash
# Proves that behaviour does not depend on the number of workers: runs the behaviour tests again with one worker, where
# nothing is stolen and everything interleaves, and with eight, where nearly everything crosses workers.
set -euo pipefail
cd "$(dirname "$0")/.."

# Not here, and why:
declare -A left_out=(
    [balance]="chooses its number of workers"
    [churn]="chooses its number of workers"
    [dual]="chooses its numbers of workers"
    [fairness]="chooses its number of workers"
    [fd_reuse]="chooses its number of workers"
    [parallel]="chooses its number of workers"
    [pinned]="chooses its number of workers"
    [runtime]="chooses its number of workers"
    [sync_stress]="chooses its number of workers"
    [sync_wake]="chooses its number of workers"
    [parity]="compares what std and vervet have; nothing of it runs"
    [book]="reads pages; nothing of it runs"
    [examples]="looks at what examples print; they use what the others test"
    [idle]="measures, for seconds, what does not depend on it"
    [million]="measures, for half a minute, what does not depend on it"
    [syscalls]="measures, for seconds, what does not depend on it"
)

tests=()
for file in tests/*.rs tests/*/main.rs; do
    name=${file#tests/}
    name=${name%/main.rs}
    name=${name%.rs}
    [[ -v left_out[$name] ]] || tests+=(--test "$name")
done

for workers in 1 8; do
    echo "VERVET_WORKERS=$workers"
    VERVET_WORKERS=$workers timeout 300 cargo test "${tests[@]}"
done
