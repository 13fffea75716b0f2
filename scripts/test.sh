#!/usr/bin/env bash
# Runs the test suite. Arguments go to the tests: `scripts/test.sh socket` runs those
# with `socket` in their names.
#
# cargo test, not nextest: a process for each of a thousand tests would load libtorch a
# thousand times, and the tests of one topic share a server.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "test: building; the first time takes about ten minutes" >&2
cargo test --locked --lib --bins --tests --no-run
echo "test: unit tests, then the real server from outside" >&2
cargo test --locked --lib --bins --tests "$@"
