#!/usr/bin/env bash
# Everything that is checked besides the tests; stops at the first complaint.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf 'check: %s\n' "$1" >&2; }

step "formatting (cargo fmt mends it)"
cargo fmt --all -- --check

step "clippy, every warning denied"
cargo clippy --locked --all-targets -- -D warnings

if ! cargo deny --version >/dev/null 2>&1; then
    step "installing cargo-deny (several minutes, once)"
    cargo install --quiet --locked cargo-deny
fi
step "dependencies: bans, licences, sources"
cargo deny --locked --log-level error check bans licenses sources

step "dependencies: known flaws"
if cargo deny --locked fetch db 2>/dev/null; then
    cargo deny --frozen check advisories
else
    step "known flaws were NOT checked: the advisory database cannot be reached from here"
fi
