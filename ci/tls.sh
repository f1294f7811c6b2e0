#!/usr/bin/env bash
# Proves that servers and cosockets speak TLS: runs their tests with the feature `tls`, and what its documentation shows. With
# `may`, too, so that ci/schedulers.sh need not compile all of it once more.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --features may,tls --test server --test cosocket
cargo test --features may,tls --doc -- server cosocket
