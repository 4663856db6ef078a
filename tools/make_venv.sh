#!/bin/sh
# make_venv.sh FOLDER REQUIREMENTS: makes a virtual environment, or brings one up to date.
set -eu
cd "$(dirname "$0")/.."
if ! "$1/bin/python" -c 'import pip' 2>/dev/null; then
    python=$(sh tools/find_python.sh)
    "$python" -m venv --clear "$1"
fi
echo "Installing $2 into $1 (a minute or two the first time)"
"$1/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$2"
touch "$1/.ready"
