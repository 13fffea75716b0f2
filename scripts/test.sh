#!/usr/bin/env bash
# Runs the test suite. Arguments go to the runner, which then leaves out the examples in
# the documentation: `scripts/test.sh socket` runs the tests with `socket` in their names.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -eq 0 ]; then
    echo "test: the examples in the documentation" >&2
    cargo test --quiet --locked --doc
fi

if cargo nextest --version >/dev/null 2>&1; then
    echo "test: the suite, with cargo-nextest" >&2
    exec cargo nextest run --locked "$@"
fi
echo "test: the suite, with cargo test" >&2
exec cargo test --locked --lib --bins --tests "$@"
