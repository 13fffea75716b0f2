#!/usr/bin/env bash
# Runs the test suite. Arguments go to the Rust tests: `scripts/test.sh socket` runs those
# with `socket` in their names, and leaves out the web pages.
#
# cargo test, not nextest: a process for each of a thousand tests would load libtorch a
# thousand times, and the tests of one topic share a server.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/web.sh
echo "test: building; the first time takes ten to fifteen minutes" >&2
cargo test --locked --lib --bins --tests --no-run
echo "test: unit tests, then the real server from outside" >&2
cargo test --locked --lib --bins --tests "$@"

if [ $# -eq 0 ]; then
    echo "test: the channels, with the vendors' own libraries at the other end" >&2
    PYTHONPATH="$PWD/vendor/channels" python3 -m pytest -p no:cacheprovider tests/channels
    export PATH="$PWD/vendor/node/bin:$PATH"
    echo "test: the web pages' units" >&2
    npm run --silent --prefix web test
    echo "test: customers and agents in a browser; screenshots go to target/screenshots" >&2
    # One file at a time: each starts a server and a browser.
    node --test --test-concurrency=1 --test-reporter=spec tests/e2e/*.test.mjs
fi
