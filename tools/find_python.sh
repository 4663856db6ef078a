#!/bin/sh
# Prints the path of the Python that .python-version asks for, or says what to install.
set -eu
cd "$(dirname "$0")/.."
wanted=$(cat .python-version)

fits() {
    [ -n "$1" ] && "$1" - "$wanted" 2>/dev/null <<'END'
import ensurepip, sys, venv
sys.exit("%d.%d" % sys.version_info[:2] != sys.argv[1])
END
}

for python in "python$wanted" python3 python; do
    path=$(command -v "$python" || true)
    if fits "$path"; then echo "$path"; exit; fi
done
for path in "${PYENV_ROOT:-$HOME/.pyenv}/versions/$wanted".*/bin/python; do
    if fits "$path"; then echo "$path"; exit; fi
done
if command -v uv >/dev/null; then
    path=$(uv python find --system "$wanted" 2>/dev/null || true)
    if fits "$path"; then echo "$path"; exit; fi
fi
echo "Tidemark needs Python $wanted with venv: install it with 'pyenv install $wanted', 'uv python install $wanted' or your system's packages." >&2
exit 1
