#!/usr/bin/env bash
# Proves that servers and cosockets speak TLS: runs their tests with the feature `tls`, and what its documentation shows.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --features tls --test server
cargo test --features tls --test cosocket
cargo test --features tls --doc server
