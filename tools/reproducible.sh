#!/usr/bin/env bash
# Builds the packages of a commit twice, in two folders of other names, and compares what came out byte by byte.
# Usage: tools/reproducible.sh [COMMIT]   (HEAD by default; PLEAS_MVN_OPTS has more options for mvn, but not -o)
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
commit=${1:-HEAD}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for build in first second-build; do
  mkdir "$work/$build"
  git -C "$root" archive "$commit" | tar -x -C "$work/$build"
  # shellcheck disable=SC2086
  (cd "$work/$build" && mvn -B -q -Ppackage -Dmaven.test.skip=true -pl pleas-dist -am ${PLEAS_MVN_OPTS:-} package)
done

digests() {
  cd "$work/$1"
  find . -path '*/target/*' \( -name 'pleas*.jar' -o -name '*.tar.gz' -o -name '*.cdx.json' -o -name '*-image.tar' \) \
    -not -path '*/runtime/*' -not -name 'original-*' | sort | xargs sha256sum
}
digests first >"$work/first.txt"
digests second-build >"$work/second.txt"
cat "$work/first.txt"
if ! diff "$work/first.txt" "$work/second.txt"; then
  echo "not reproducible: the lines above differ between two builds" >&2
  exit 1
fi
echo "reproducible: $(wc -l <"$work/first.txt") files are the same in both builds"
