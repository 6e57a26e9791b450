#!/bin/sh
# Set up one part: `setup.sh uv` finds or installs uv, `setup.sh bot` and `setup.sh service` make an environment.
set -eu

fail() { echo "baton: $*" >&2; exit 1; }

works() { # PROGRAM VERSION: it starts, and is that Python with what an environment needs
    "$1" -c "import ssl, sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$2')" >/dev/null 2>&1
}

candidates() { # VERSION: on PATH, from pyenv (whose shims fail unless a version is named), from uv
    command -v "python$1" || :
    command -v python3 || :
    for root in "${PYENV_ROOT:-}" "$HOME/.pyenv"; do
        [ -z "$root" ] || ls -d "$root/versions/$1".*/bin/python 2>/dev/null || :
    done
    if uv=$(find_uv); then "$uv" python find --no-python-downloads "$1" 2>/dev/null || :; fi
}

find_python() { # VERSION
    for python in $(candidates "$1"); do
        if works "$python" "$1"; then echo "$python"; return; fi
    done
    fail "Python $1 is missing. Install it ('pyenv install $1', your package manager, or 'uv python install $1')."
}

find_uv() {
    for uv in .venv/uv "$(command -v uv || :)"; do
        if [ -n "$uv" ] && "$uv" --version >/dev/null 2>&1; then echo "$uv"; return; fi
    done
    return 1
}

need_space() {
    free=$(df -Pk . | awk 'NR == 2 {print int($4 / 1024 / 1024)}')
    [ "$free" -ge 4 ] || fail "The disk has $free GB free and the environments need 4. Make room, then run it again."
}

set_up_uv() {
    mkdir -p .venv
    if ! uv=$(find_uv); then
        python=$(find_python 3.12)
        echo "Installing uv (a few seconds)"
        "$python" -m venv .venv/tools
        .venv/tools/bin/python -m pip install -qq --require-hashes -r requirements/tools.txt
        uv=$PWD/.venv/tools/bin/uv
    fi
    [ "$uv" = .venv/uv ] || ln -sf "$uv" .venv/uv
}

set_up() { # NAME VERSION HINT
    need_space
    python=$(find_python "$2")
    echo "Setting up .venv/$1 with Python $2 ($3)"
    # uv does not read pip's configuration, and a company's mirror is often named only there.
    UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$("$python" -m pip config get global.index-url 2>/dev/null || :)}
    [ -z "$UV_DEFAULT_INDEX" ] && unset UV_DEFAULT_INDEX || export UV_DEFAULT_INDEX
    .venv/uv venv -q --allow-existing --no-project --python "$python" ".venv/$1"
    .venv/uv pip sync -q --python ".venv/$1/bin/python" --require-hashes "requirements/$1.txt" ||
        fail "The packages of requirements/$1.txt could not be installed; uv says why above."
    touch ".venv/$1/.ready"
}

cd "$(dirname "$0")/../.."
case ${1:-} in
    uv) set_up_uv ;;
    bot) set_up bot 3.10 "Rasa and TensorFlow, 2.5 GB: about 20 s from a warm package cache, minutes from a cold one" ;;
    service) set_up service 3.12 "a few seconds from a warm package cache" ;;
    *) fail "usage: setup.sh uv|bot|service" ;;
esac
