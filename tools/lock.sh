#!/usr/bin/env bash
# Compiles the direct dependencies in pyproject.toml into pinned, hashed requirements.
# lock.sh -U takes newer versions; without it only what must change does.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
    .venv/bin/uv pip compile --quiet --python-version 3.13 --no-header --no-annotate --generate-hashes "$@"
}

compile "$@" pyproject.toml --group dev --universal -o requirements/dev.txt
compile "$@" --group sam --universal -o requirements/sam.txt
compile "$@" --group bench --universal -o requirements/bench.txt
# Lambda runs the versions that the tests ran.
compile pyproject.toml -c requirements/dev.txt --python-platform aarch64-manylinux2014 \
    -o layers/dependencies/requirements.txt
.venv/bin/python -m tools.check_lock --stamp
