#!/usr/bin/env bash
# Proves that the lock-free protocols hold in every interleaving that loom explores: runs the models of models/.
# Arguments go to the test binary: `ci/models.sh parking` runs the models of that name only.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")

cd models
cargo test --target-dir "$target/models" -- "$@"
