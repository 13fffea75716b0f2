#!/usr/bin/env bash
# A PostgreSQL for the tests, on loopback, with its data below /tmp.
#
#   scripts/test-postgres.sh start   starts it unless it runs, and prints its address
#   scripts/test-postgres.sh stop
set -euo pipefail
cd "$(dirname "$0")/.."

port=${RAPPORT_TEST_POSTGRES_PORT:-54329}
# Not below the clone: the server runs as another user, who may not enter root's folders.
data=/tmp/rapport-test-postgres-$port
address="postgres://postgres@127.0.0.1:$port/postgres"

programs=$(command -v initdb >/dev/null && dirname "$(command -v initdb)" || ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n1)
[ -n "$programs" ] || { echo "PostgreSQL is missing: make test installs it" >&2; exit 1; }

# PostgreSQL refuses to run as root.
as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups "$@")
    else
        "$@"
    fi
}

running() { as_server "$programs/pg_ctl" -D "$data" status >/dev/null 2>&1; }

start() {
    # Tests run side by side; one of them starts it.
    exec 9>"/tmp/rapport-test-postgres-$port.lock"
    flock 9
    if ! running; then
        if [ ! -f "$data/PG_VERSION" ]; then
            rm -rf "$data"
            mkdir -p "$data"
            [ "$(id -u)" -ne 0 ] || chown postgres: "$data"
            chmod 700 "$data"
            as_server "$programs/initdb" -D "$data" -U postgres --auth=trust --encoding=UTF8 --locale=C >/dev/null
        fi
        as_server "$programs/pg_ctl" -D "$data" -w -l "$data/log" \
            -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$data -c max_connections=200" \
            start >/dev/null 9>&- || { tail -n 20 "$data/log" >&2; exit 1; }
    fi
    echo "$address"
}

case ${1:-} in
    start) start ;;
    stop) if running; then as_server "$programs/pg_ctl" -D "$data" -m fast stop >/dev/null; fi; rm -rf "$data" ;;
    *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
