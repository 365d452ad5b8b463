#!/usr/bin/env bash
# Say in one line what is missing, and install it where we may. Usage: need.sh python|node …
set -euo pipefail

fail() { echo "stacklens: $*" >&2; exit 1; }

apt_install() {
  command -v apt-get >/dev/null || return 1
  local sudo=""
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || return 1
    sudo="sudo"
  fi
  $sudo apt-get -q update >/dev/null && DEBIAN_FRONTEND=noninteractive $sudo apt-get -qy install "$@" >/dev/null
}

need_python() {
  local python=${PYTHON:-python3}
  command -v "$python" >/dev/null || fail "$python is missing: install Python 3.11 or newer"
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old: Python 3.11 or newer is needed (make PYTHON=python3.12 …)"
  "$python" -c 'import ensurepip' 2>/dev/null || apt_install python3-venv ||
    fail "Python's venv module is missing: sudo apt-get install python3-venv"
}

need_node() {
  command -v node >/dev/null || fail "node is missing: install Node.js 20 or newer"
  command -v npm >/dev/null || fail "npm is missing: install the npm of Node.js 20 or newer"
  [ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 20')" = true ] ||
    fail "node $(node --version) is too old: Node.js 20 or newer is needed"
}

for what in "$@"; do "need_$what"; done
