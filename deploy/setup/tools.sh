#!/usr/bin/env bash
# The system packages that tests need. What is there already is left alone.
set -euo pipefail

declare -A packages=([setpriv]=util-linux)
missing=()
# Ubuntu has no Debian package of Chromium; its runners bring Google's build.
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
for command in "${!packages[@]}"; do
  command -v "$command" >/dev/null || missing+=("${packages[$command]}")
done
[ ${#missing[@]} = 0 ] && exit 0

sudo=""
if [ "$(id -u)" != 0 ]; then
  if ! sudo -n true 2>/dev/null; then
    echo "stacklens: the tests need ${missing[*]}: sudo apt-get install ${missing[*]}" >&2
    exit 1
  fi
  sudo="sudo"
fi
command -v apt-get >/dev/null || { echo "stacklens: the tests need ${missing[*]}: install them" >&2; exit 1; }
echo "Installing ${missing[*]}"
$sudo apt-get -q update >/dev/null
DEBIAN_FRONTEND=noninteractive $sudo apt-get -qy install --no-install-recommends "${missing[@]}" >/dev/null
