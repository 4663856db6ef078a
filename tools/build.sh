#!/usr/bin/env bash
# Builds for AWS into .aws-sam/build: sam build, then .pyc that Lambda accepts, then the limits.
set -euo pipefail
cd "$(dirname "$0")/.."
export SAM_CLI_TELEMETRY=0 PATH="$PWD/.venv-sam/bin:$PATH"
build=.aws-sam/build

sam build

# SAM zips with times of 1980, by which ordinary .pyc would count as stale: these are never checked.
for layer in "$build"/*Layer; do
    python -m compileall -f -q --invalidation-mode unchecked-hash -s "$layer" -p /opt "$layer"
done
for function in "$build"/*Function; do
    python -m compileall -f -q --invalidation-mode unchecked-hash -s "$function" -p /var/task "$function"
done

if grep -l '^Tag:.*x86_64' "$build"/DependenciesLayer/python/*.dist-info/WHEEL; then
    echo "These are not built for arm64." >&2
    exit 1
fi
size=$(du -smc "$build"/*Layer | tail -n 1 | cut -f 1)
echo "The layers have $size MB of 250."
[ "$size" -lt 250 ]
