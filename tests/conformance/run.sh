#!/bin/sh
# run.sh PROGRAM ARGUMENT...: the conformance suites; 77 (skipped) when no folder is named.
if [ -z "$SLUICE_CONFORMANCE" ]; then
  echo "SLUICE_CONFORMANCE is not set: skipped"
  exit 77
fi
program=$1
shift
exec "$program" "$SLUICE_CONFORMANCE" "$@"
