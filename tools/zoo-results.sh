#!/usr/bin/env bash
# Merges the zoo's pairs and prints, for each, the rows of the ensemble and of the merged network; for the rows 'sweep-*'
# those of every budget.
#
#   tools/zoo-results.sh FOLDER [PATTERN]
#
# FOLDER holds zoo/fashion.tar.xz, zoo/glyph.tar.xz and data/*.zip. PATTERN (grep -E) picks rows by their names, for
# instance '^hd' or 'published'. Set OUT to keep the merged networks and their reports.
set -euo pipefail
shared=$(cd "$1" && pwd)
pattern=${2:-.}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
out=${OUT:-$work/out}
mkdir -p "$out" "$work/zoo"
tar xJf "$shared/zoo/fashion.tar.xz" -C "$work/zoo"
tar xJf "$shared/zoo/glyph.tar.xz" -C "$work/zoo"

merge() { # name, A, B, A's data, B's data, labels, further options
  local name=$1 a=$2 b=$3 dataA=$4 dataB=$5 labels=$6
  shift 6
  grep -qE "$pattern" <<<"$name" || return 0
  echo "== $name: merge $a.onnx $b.onnx --data $dataA.zip --data $dataB.zip --labels $labels $*"
  "$root/pleas" merge "$work/zoo/$a.onnx" "$work/zoo/$b.onnx" --data "$shared/data/$dataA.zip" \
    --data "$shared/data/$dataB.zip" --labels "$labels" --quiet -o "$out/$name.onnx" "$@" |
    grep -E '^ +[a-z]|^each on|^both|^merged |^Note|s \(read'
}

sweep() { # name, A, B, A's data, B's data, labels, further options
  local name=$1 a=$2 b=$3 dataA=$4 dataB=$5 labels=$6
  shift 6
  grep -qE "$pattern" <<<"$name" || return 0
  echo "== $name: sweep $a.onnx $b.onnx --data $dataA.zip --data $dataB.zip --labels $labels $*"
  "$root/pleas" sweep "$work/zoo/$a.onnx" "$work/zoo/$b.onnx" --data "$shared/data/$dataA.zip" \
    --data "$shared/data/$dataB.zip" --labels "$labels" --quiet -o "$out/$name" "$@" |
    grep -E '^ +[a-z]|^A |^B |^both|^budget|^Note'
}

fashion() { # name, architecture, suffix of the files, further options
  local name=$1 architecture=$2 suffix=$3
  shift 3
  merge "$name" "fashion/$architecture-0to4$suffix" "fashion/$architecture-5to9$suffix" fashion-0to4 fashion-5to9 separate "$@"
}

scripts() { merge "$1" glyph/rn18w32-greek-a glyph/rn18w32-kana-b glyph-greek glyph-kana separate "${@:2}"; }
styles() { merge "$1" glyph/rn18w32-hand-a glyph/rn18w32-display-b glyph-hand glyph-display shared "${@:2}"; }

for fit in progressive published none; do
  for architecture in resnet20w16 resnet20w32 mlp vgg mobilenet; do
    fashion "$architecture-$fit" "$architecture" "" --fit "$fit"
  done
  fashion "resnet20w16-bn-$fit" resnet20w16 -bn --fit "$fit"
  scripts "gk-$fit" --fit "$fit"
  styles "hd-$fit" --fit "$fit"
done
styles hd-1024 --samples 1024
for architecture in resnet20w16 resnet20w32; do
  fashion "$architecture-published-original" "$architecture" "" --fit published --heads original
done
scripts gk-published-original --fit published --heads original
styles hd-published-original --fit published --heads original
fashion resnet20w16-heads-original resnet20w16 "" --heads original
fashion resnet20w16-heads-tasks resnet20w16 "" --heads tasks
fashion resnet20w16-r0.3 resnet20w16 "" --separate 0.3
scripts gk-r0.3 --separate 0.3
styles hd-r0.3 --separate 0.3
fashion resnet20w16-r1 resnet20w16 "" --separate 1 --heads tasks
scripts gk-r1 --separate 1 --heads tasks
styles hd-r1 --separate 1
styles hd-r1-original --separate 1 --heads original
for how in "predicted blocks" "uniform blocks" "stages blocks" "leave-one-out blocks" "predicted dense" "predicted auto"; do
  read -r allocation layout <<<"$how"
  options=(--allocation "$allocation" --layout "$layout")
  sweep "sweep-fashion-$allocation-$layout" fashion/resnet20w16-0to4 fashion/resnet20w16-5to9 fashion-0to4 fashion-5to9 \
    separate "${options[@]}"
  sweep "sweep-gk-$allocation-$layout" glyph/rn18w32-greek-a glyph/rn18w32-kana-b glyph-greek glyph-kana separate "${options[@]}"
  sweep "sweep-hd-$allocation-$layout" glyph/rn18w32-hand-a glyph/rn18w32-display-b glyph-hand glyph-display shared \
    "${options[@]}"
done
