#!/bin/sh
# Assembles the Swift package with MedProofCoreFFI.xcframework, for Xcode. Needs macOS with Xcode.
#
#   mobile-bindings/swift/build-xcframework.sh
#
# Not run by `cargo xtask test`: Apple's tools run on Apple's machines only. What of it needs none is run there:
# `cargo xtask mobile` builds the static libraries, `cargo xtask swift` the same package for Linux.
set -eu

checkout=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$checkout/target}
package=$target/swift
framework=$package/MedProofCoreFFI.xcframework
[ "$(uname)" = Darwin ] || { echo "Apple's tools are needed" >&2; exit 2; }

cd "$checkout"
cargo xtask mobile aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios
# The package's sources, what is generated, and the tests on this Mac.
cargo xtask swift

library=mobile/libmedproof_mobile.a
simulator=$target/swift-simulator
rm -rf "$framework" "$simulator"
mkdir -p "$simulator"
lipo -create "$target/aarch64-apple-ios-sim/$library" "$target/x86_64-apple-ios/$library" \
    -output "$simulator/libmedproof_mobile.a"
headers=$package/Sources/MedProofCoreFFI/include
xcodebuild -create-xcframework \
    -library "$target/aarch64-apple-ios/$library" -headers "$headers" \
    -library "$simulator/libmedproof_mobile.a" -headers "$headers" \
    -output "$framework"
(cd "$package" && zip -qr MedProofCoreFFI.xcframework.zip MedProofCoreFFI.xcframework)
swift package --package-path "$package" compute-checksum "$package/MedProofCoreFFI.xcframework.zip"
echo "$package"
