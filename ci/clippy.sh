#!/usr/bin/env bash
# Proves that neither the compiler nor clippy has anything to say about the library, its tests, examples, benches and models.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")

cargo clippy --all-targets -- -D warnings
cargo clippy --all-targets --all-features -- -D warnings
(cd models && cargo clippy --all-targets --target-dir "$target/models" -- -D warnings)
