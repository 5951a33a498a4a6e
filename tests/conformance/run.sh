#!/bin/sh
# run.sh PROGRAM MODE FLOORS: the conformance suites in one mode; 77 (skipped) when no folder is named.
if [ -z "$SLUICE_CONFORMANCE" ]; then
  echo "SLUICE_CONFORMANCE is not set: skipped"
  exit 77
fi
exec "$1" "$SLUICE_CONFORMANCE" --mode "$2" --floors "$3"
