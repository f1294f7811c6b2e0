#!/usr/bin/env bash
# Proves that all Rust code is formatted as rustfmt.toml says.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --check
(cd models && cargo fmt --check)
rustfmt --check --edition 2024 ci/*.rs tests/dual/*.rs tests/parity/forms.rs
