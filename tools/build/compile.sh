#!/bin/sh
# compile.sh COMPILER ARGUMENT...: the compiler behind ccache, so that its hits do not depend on where the source tree
# lies. Runs in the build folder. A precompiled header holds absolute paths and is never the same in two trees: what
# ccache compares in its place (NAME.pch.sum) is the text that it was made from.
compiler=$1
shift
case " $* " in
  *" -emit-pch "*) makes_header=1 ;;
  *) makes_header= ;;
esac
[ -z "$makes_header" ] || "$compiler" "$@" || exit

output=
before=
i=$#
while [ "$i" -gt 0 ]; do
  argument=$1
  shift
  i=$((i - 1))
  if [ "$argument" = -Xclang ] && [ "$1" = -emit-pch ]; then
    shift
    i=$((i - 1))
    continue
  fi
  argument=${argument#"$PWD"/}
  [ "$before" != -o ] || output=$argument
  before=$argument
  set -- "$@" "$argument"
done

if [ -n "$makes_header" ]; then
  "$compiler" "$@" -E -P -MF /dev/null -o "$output.text" || exit  # Of two outputs the last one counts.
  # Assertions have the path of their file in it.
  sed "s#${CCACHE_BASEDIR:-/nowhere/at/all}##g" "$output.text" | sha256sum >"$output.sum"
  rm "$output.text"
  exit
fi
command -v ccache >/dev/null || exec "$compiler" "$@"
CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
CCACHE_PCH_EXTSUM=1
export CCACHE_SLOPPINESS CCACHE_PCH_EXTSUM
exec ccache "$compiler" "$@"
