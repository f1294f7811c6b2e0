#!/usr/bin/env bash
# Proves that the lock-free protocols hold in every interleaving that loom explores: runs the models of models/.
# Arguments go to the test binary: `ci/models.sh parking` runs the models of that name only.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")

cd models
# Two at a time take longer than one after the other: loom switches between threads all the time, and the kernel with it.
RUST_TEST_THREADS=${RUST_TEST_THREADS:-1} cargo test --target-dir "$target/models" -- "$@"
