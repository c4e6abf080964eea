#!/usr/bin/env bash
# Gradescope runs this once, when it builds the autograder's image.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
wanted=python@PYTHON@ # the versions in constraints.txt are those that it has; others may do

find_python() {
    local name
    for name in "$wanted" python3.12 python3.13 python3.11 python3.14 python3; do
        if "$name" -c 'import sys, venv, ensurepip; assert (3, 11) <= sys.version_info < (3, 15)' \
            2>/dev/null; then
            printf '%s\n' "$name"
            return
        fi
    done
    return 1
}

if ! "$wanted" -c 'import venv, ensurepip' 2>/dev/null; then
    apt-get -q update
    for name in "$wanted" python3.12 python3.11; do
        DEBIAN_FRONTEND=noninteractive apt-get -q install -y "$name" "$name-venv" && break
    done
fi
"$(find_python)" -m venv "$root/venv"
"$root/venv/bin/python" -m pip install --no-cache-dir \
    -c "$root/source/constraints.txt" "$root/source/package"
