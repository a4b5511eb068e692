#!/usr/bin/env bash
# Packs what a GPU machine (Linux on x86-64) without Java and without a network needs to run pleas, in pieces that are carried one by one:
# a small Java runtime, pleas.jar, and the CUDA natives of ONNX Runtime.
#
#   tools/gpu-bundle.sh NATIVES OUT [MEGABYTES]
#
# NATIVES holds libonnxruntime.so, libonnxruntime_providers_cuda.so, libonnxruntime_providers_shared.so and
# libonnxruntime4j_jni.so (docs/gpu.md says where from). Build the project first. Pieces of at most MEGABYTES (default 50)
# appear in OUT. On the GPU machine:
#
#   cat OUT/part-* | tar xJf - && bundle/pleas merge ... --device cuda
set -euo pipefail
natives=$(cd "$1" && pwd)
out=$2
megabytes=${3:-50}
root=$(cd "$(dirname "$0")/.." && pwd)
for library in libonnxruntime.so libonnxruntime_providers_cuda.so libonnxruntime_providers_shared.so libonnxruntime4j_jni.so; do
  [ -f "$natives/$library" ] || { echo "$natives/$library is missing: docs/gpu.md says where it is from" >&2; exit 2; }
done
[ -f "$root/pleas-cli/target/pleas.jar" ] || { echo "build the project first: mvn -B -DskipTests package" >&2; exit 2; }
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "this packs for Linux on x86-64, on which it must run: here is $(uname -sm)" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The folders of the archives for computers without Java (pleas-dist), whose script is taken, and the natives.
mkdir -p "$out" "$work/bundle/natives" "$work/bundle/bin" "$work/bundle/lib"
jlink --add-modules java.base,java.desktop,java.logging,java.management,java.naming,java.sql,java.xml,jdk.unsupported,jdk.zipfs,jdk.management \
  --strip-debug --no-header-files --no-man-pages --compress=2 --output "$work/bundle/runtime"
# Java's own classes as it maps them at its start, which jlink does not make: it starts sooner.
"$work/bundle/runtime/bin/java" -Xshare:dump >/dev/null
cp "$root/pleas-cli/target/pleas.jar" "$work/bundle/lib/"
cp "$natives"/libonnxruntime*.so "$work/bundle/natives/"
install -m 755 "$root/pleas-dist/src/pleas" "$work/bundle/bin/pleas"
ln -s bin/pleas "$work/bundle/pleas"
rm -f "$out"/part-* # of an earlier run with more pieces, which would be read too
# The libraries are what is large: they are compressed; the rest is already.
tar cf - -C "$work" bundle | xz -T0 -3 | split -b "${megabytes}m" - "$out/part-"
ls -l "$out"
