#!/usr/bin/env bash
# Builds the web pages into web/dist; does nothing where nothing has changed since.
set -euo pipefail
cd "$(dirname "$0")/../web"

# Set-up links a Node.js there where the system has none.
export PATH="$PWD/../vendor/node/bin:$PATH"

if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
    echo "web: installing what the pages are built with" >&2
    npm ci --loglevel=error --no-audit --no-fund >&2
fi

built=dist/.built
if [ ! -e $built ] || [ -n "$(find . \( -path ./node_modules -o -path ./dist \) -prune -o -type f -newer $built -print -quit)" ]; then
    echo "web: building the pages" >&2
    npm run --silent build >&2
    touch $built
fi
