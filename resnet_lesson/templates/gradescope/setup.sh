#!/usr/bin/env bash
# Gradescope runs this once, when it builds the autograder's image.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}

find_python() {
    local name
    for name in python3.12 python3.13 python3.11 python3; do
        if "$name" -c 'import sys, venv, ensurepip; assert (3, 11) <= sys.version_info < (3, 14)' \
            2>/dev/null; then
            printf '%s\n' "$name"
            return
        fi
    done
    return 1
}

if ! find_python >/dev/null; then
    apt-get -q update
    DEBIAN_FRONTEND=noninteractive apt-get -q install -y python3.12 python3.12-venv ||
        DEBIAN_FRONTEND=noninteractive apt-get -q install -y python3.11 python3.11-venv
fi
"$(find_python)" -m venv "$root/venv"
"$root/venv/bin/python" -m pip install --no-cache-dir \
    -c "$root/source/constraints.txt" "$root/source/package"
