#!/bin/sh
# Sets a fresh machine up: system packages (Debian, Ubuntu), .venv, and mmdesk in it.
#
#   packaging/setup.sh run     what the window and the command line need
#   packaging/setup.sh test    that, and what the tests need
#
# Does nothing that is already done, and says what it does. PYTHON chooses the interpreter.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'mmdesk: %s\n' "$*" >&2; }
stop() { say "$@"; exit 1; }

find_python() {
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3}; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$name"
            return
        fi
    done
    stop "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3"
}

wanted_packages() {
    sed '/^#/d' packaging/debian-run.txt
    if [ "$goal" = test ]; then sed '/^#/d' packaging/debian-test.txt; fi
    # Debian's own Python leaves the venv module out; others have it.
    "$python" -c 'import ensurepip, venv' 2>/dev/null || printf 'python3-venv\n'
}

missing_packages() {
    # Ubuntu renamed some libraries for 64-bit time: libglib2.0-0 is libglib2.0-0t64 there.
    installed=$(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' |
        sed -n 's/t64 installed$/ installed/; s/ installed$//p')
    wanted_packages | while read -r package; do
        printf '%s\n' "$installed" | grep -qxF "$package" || printf '%s ' "$package"
    done
}

install_packages() {
    command -v dpkg-query >/dev/null || return 0 # not Debian: Qt says which library it misses
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    commands="apt-get update &&
        apt-get install --yes --no-install-recommends $missing"
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        say "these system packages are missing; run this line, then try again:"
        command -v sudo >/dev/null && become="sudo sh -c" || become="su -c"
        printf '%s "%s"\n' "$become" "$(printf '%s' "$commands" | tr -s '\n ' ' ')" >&2
        exit 1
    fi
    say "installing system packages: $missing"
    # shellcheck disable=SC2086 # two words or none
    $as_root env DEBIAN_FRONTEND=noninteractive sh -c "$commands" >&2 ||
        stop "apt could not install them; its own message is above"
}

make_venv() {
    if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
        say "making .venv with $("$python" --version)"
        "$python" -m venv --clear .venv
    fi
}

fingerprint() {
    cat packaging/setup.sh constraints.txt pyproject.toml
    pwd
    .venv/bin/python --version
}

install_mmdesk() {
    # The test set-up contains the other one.
    now=$(fingerprint | cksum)
    for done in .venv/mmdesk-test .venv/mmdesk-"$goal"; do
        if [ -f "$done" ] && [ "$(cat "$done")" = "$now" ]; then return 0; fi
    done
    rm -f .venv/mmdesk-run .venv/mmdesk-test
    extras=
    [ "$goal" = run ] || extras='[dev,train]'
    say "installing Python packages (once; minutes on a slow line)"
    # Exactly and first: where an index offers a build of torch for the CPU alone, only an exact
    # version takes it. The others then find torch in place.
    pip_install "$(grep '^torch==' constraints.txt)"
    pip_install --constraint constraints.txt --editable ".$extras"
    .venv/bin/python -m compileall -q mmdesk # also where Python is told not to write byte code
    printf '%s\n' "$now" >.venv/mmdesk-"$goal"
}

pip_install() {
    quiet=--quiet
    [ ! -t 2 ] || quiet= # a person may watch pip's progress
    # shellcheck disable=SC2086 # one word or none
    .venv/bin/python -m pip install $quiet $quiet --disable-pip-version-check "$@" ||
        stop "pip could not install $*; its own message is above"
}

goal=${1:-run}
case $goal in run | test) ;; *) stop "usage: packaging/setup.sh run|test" ;; esac
python=$(find_python)
install_packages
make_venv
install_mmdesk
