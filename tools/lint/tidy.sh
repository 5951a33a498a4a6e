#!/usr/bin/env bash
# tidy.sh BUILD [FILE...]: clang-tidy with the project's allow-list (.clang-tidy) over all sources of a build folder, or
# over those that are named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$1
shift
if [ $# -gt 0 ]; then printf '%s\n' "$@"; else git ls-files '*.cc'; fi |
  xargs -P "$(nproc)" -n 4 clang-tidy-19 -p "$build" --quiet --warnings-as-errors='*'
