#!/usr/bin/env bash
# Proves that the documentation builds without a warning, and that no link in it is broken, in what only contributors
# read neither.
set -euo pipefail
cd "$(dirname "$0")/.."

RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --all-features
RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --no-deps --all-features --document-private-items
