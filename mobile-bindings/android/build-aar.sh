#!/bin/sh
# Builds medproof.aar: the library for the four Android ABIs, the Kotlin classes, the message catalogues.
#
#   ANDROID_NDK_HOME=… mobile-bindings/android/build-aar.sh [ABI]...
#
# Needs an NDK (r28 or later, whose libraries have the 16 KB pages that Android asks for), cargo-ndk 4, Maven
# and a JDK. Not run by `cargo xtask test`: that machine has no NDK. What of it needs none is run there:
# the code is the same that the JVM tests run, and `cargo xtask mobile` builds the static libraries.
set -eu

checkout=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$checkout/target}
out=$target/android
[ -n "${ANDROID_NDK_HOME:-}" ] || { echo "ANDROID_NDK_HOME names no NDK" >&2; exit 2; }
[ $# -gt 0 ] || set -- arm64-v8a armeabi-v7a x86_64 x86

rm -rf "$out"
mkdir -p "$out/aar/jni" "$out/classes"
cd "$checkout"

# The shared libraries; `strip` of the profile keeps names that only the generator reads, the NDK's removes them.
abis=
for abi in "$@"; do abis="$abis --target $abi"; done
# shellcheck disable=SC2086
cargo ndk $abis --output-dir "$out/aar/jni" build --package medproof-mobile --profile mobile
strip=$(find "$ANDROID_NDK_HOME/toolchains/llvm/prebuilt" -name llvm-strip | head -n 1)
for abi in "$@"; do
    "$strip" --strip-all "$out/aar/jni/$abi/libmedproof_mobile.so"
    printf '%-12s %s bytes\n' "$abi" "$(wc -c < "$out/aar/jni/$abi/libmedproof_mobile.so")"
done

# The classes are those of the JVM, without the library of this machine.
cargo xtask test kotlin
(cd "$out/classes" && jar xf "$target/kotlin/build/medproof-kotlin/medproof-kotlin-0.1.0.jar")
find "$out/classes" -name 'libmedproof_mobile.*' -delete
jar cf "$out/aar/classes.jar" -C "$out/classes" .

cat > "$out/aar/AndroidManifest.xml" <<'XML'
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="org.medproof">
    <uses-sdk android:minSdkVersion="26" />
    <uses-permission android:name="android.permission.INTERNET" />
</manifest>
XML
# JNA finds its classes, and this library's structures, by name.
cat > "$out/aar/proguard.txt" <<'PRO'
-dontwarn java.awt.*
-keep class com.sun.jna.** { *; }
-keep class org.medproof.** { *; }
PRO
: > "$out/aar/R.txt"
(cd "$out/aar" && jar cfM "$out/medproof.aar" .)
echo "$out/medproof.aar"
