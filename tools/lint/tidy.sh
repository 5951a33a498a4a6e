#!/usr/bin/env bash
# clang-tidy with the project's allow-list (.clang-tidy) over all sources of a build folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
git ls-files '*.cc' | grep -v '^tests/fuzz/' | xargs -P 2 -n 8 clang-tidy-19 -p "$1" --quiet --warnings-as-errors='*'
