#!/bin/sh
# Builds medproof.aar: the library for the four Android ABIs, the Kotlin classes, the message catalogues.
#
#   ANDROID_NDK_HOME=… mobile-bindings/android/build-aar.sh [ABI]...
#   mobile-bindings/android/build-aar.sh --without-libraries
#
# Needs an NDK (r28 or later, whose libraries have the 16 KB pages that Android asks for), cargo-ndk 4 and a JDK.
# The second form is for `cargo xtask test kotlin`, whose machine has no NDK: it packs what the JVM tests just ran
# into `medproof-without-libraries.aar`, so that all of this script but the lines with the NDK has been run.
# `cargo xtask mobile` builds the static libraries for Android.
set -eu

checkout=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$checkout/target}
out=$target/android
jar=$target/kotlin/build/medproof-kotlin/medproof-kotlin-0.1.0.jar
aar=$out/medproof.aar
case ${1:-} in
    --without-libraries) aar=$out/medproof-without-libraries.aar; shift; set -- ;;
    *)
        [ -n "${ANDROID_NDK_HOME:-}" ] || { echo "ANDROID_NDK_HOME names no NDK" >&2; exit 2; }
        [ $# -gt 0 ] || set -- arm64-v8a armeabi-v7a x86_64 x86
        ;;
esac

rm -rf "$out"
mkdir -p "$out/aar/jni" "$out/classes"
cd "$checkout"

# The shared libraries; `strip` of the profile keeps names that only the generator reads, the NDK's removes them.
if [ $# -gt 0 ]; then
    abis=
    for abi in "$@"; do abis="$abis --target $abi"; done
    # shellcheck disable=SC2086
    cargo ndk $abis --output-dir "$out/aar/jni" build --package medproof-mobile --profile mobile
    strip=$(find "$ANDROID_NDK_HOME/toolchains/llvm/prebuilt" -name llvm-strip | head -n 1)
    cargo xtask test kotlin
fi
for abi in "$@"; do
    "$strip" --strip-all "$out/aar/jni/$abi/libmedproof_mobile.so"
    printf '%-12s %s bytes\n' "$abi" "$(wc -c < "$out/aar/jni/$abi/libmedproof_mobile.so")"
done

# The classes are those of the JVM, without the library of this machine.
(cd "$out/classes" && jar xf "$jar")
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
(cd "$out/aar" && jar cfM "$aar" .)

# What an application needs is in it, and nothing of the machine that built it.
holds() {
    jar tf "$1" | grep -qxF "$2" || { echo "$1 has no $2" >&2; exit 1; }
}
for part in AndroidManifest.xml classes.jar proguard.txt R.txt; do holds "$aar" "$part"; done
for abi in "$@"; do holds "$aar" "jni/$abi/libmedproof_mobile.so"; done
for part in Checker.class Client.class messages-en.properties messages-zh-Hans.properties; do
    holds "$out/aar/classes.jar" "org/medproof/$part"
done
if jar tf "$out/aar/classes.jar" | grep -F libmedproof_mobile; then exit 1; fi
echo "$aar"
