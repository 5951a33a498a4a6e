#!/bin/sh
# compile.sh COMPILER ARGUMENT...: the compiler behind ccache, so that its hits do not depend on where the source tree
# lies. Runs in the build folder. A precompiled header holds absolute paths and is never the same in two trees: what
# ccache compares in its place (NAME.pch.sum) is the text that it was made from.
compiler=$1
shift
makes_header=
output=
before=
i=$#
while [ "$i" -gt 0 ]; do
  argument=$1
  shift
  i=$((i - 1))
  case $argument in
    "$PWD"/*) argument=${argument#"$PWD"/} ;;
    -emit-pch) makes_header=1 ;;
  esac
  [ "$before" = -o ] && output=$argument
  before=$argument
  set -- "$@" "$argument"
done
if [ -n "$makes_header" ]; then
  "$compiler" "$@" || exit
  # Of two outputs the last counts: the text. Assertions have the path of their file in it.
  "$compiler" "$@" -E -P -MF /dev/null -o "$output.text" || exit
  sed "s#${CCACHE_BASEDIR:-/nowhere/at/all}##g" "$output.text" | sha256sum >"$output.sum"
  rm "$output.text"
  exit
fi
command -v ccache >/dev/null || exec "$compiler" "$@"
CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
CCACHE_PCH_EXTSUM=1
export CCACHE_SLOPPINESS CCACHE_PCH_EXTSUM
exec ccache "$compiler" "$@"
