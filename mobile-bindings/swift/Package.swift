// swift-tools-version: 6.0
//
// The verifier for iOS, macOS and Linux. `cargo xtask swift` puts beside these sources what is built and
// generated: `Sources/MedProofCore`, the header, the message catalogues, and the library: for Apple's
// platforms as `MedProofCoreFFI.xcframework`, else as `lib/libmedproof_mobile.a`.

import Foundation
import PackageDescription

let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path
let framework = "MedProofCoreFFI.xcframework"

let library: Target = FileManager.default.fileExists(atPath: "\(folder)/\(framework)")
    ? .binaryTarget(name: "MedProofCoreFFI", path: framework)
    : .target(
        name: "MedProofCoreFFI",
        linkerSettings: [.unsafeFlags(["-L\(folder)/lib"]), .linkedLibrary("medproof_mobile")])

let package = Package(
    name: "MedProof",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [
        .library(name: "MedProof", targets: ["MedProof"]),
        .executable(name: "medproof-check", targets: ["Check"]),
    ],
    targets: [
        library,
        .target(name: "MedProofCore", dependencies: ["MedProofCoreFFI"]),
        .target(name: "MedProof", dependencies: ["MedProofCore"], resources: [.copy("Messages")]),
        .executableTarget(name: "Check", dependencies: ["MedProof"]),
        .testTarget(name: "MedProofTests", dependencies: ["MedProof"]),
    ])
