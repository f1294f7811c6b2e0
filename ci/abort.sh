#!/usr/bin/env bash
# Proves that in a program whose panics abort, kill and timeout answer with errors instead of aborting: builds the library
# with the profile `abort`, links ci/no_unwinding.rs to it, runs that.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")

cargo build --lib --profile abort
rustc --edition 2024 -C panic=abort --extern vervet="$target/abort/libvervet.rlib" -L dependency="$target/abort/deps" \
    -o "$target/abort/no_unwinding" ci/no_unwinding.rs
timeout 60 "$target/abort/no_unwinding"
