import Foundation
import MedProof
import XCTest

/// The check of `docs/mobile.en.md`, as it stands there: it is compiled, and held against the page by
/// `mobile-bindings/tests/documented.rs`. It wants an application's bundle, so it is not called.
enum Documented {
    static func firstCheck() async throws -> [Message] {
        let folder = try FileManager.default.url(
            for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
        let checker = try Checker(
            anchor: Data(contentsOf: Bundle.main.url(forResource: "chain", withExtension: "mpanchor")!),
            nodes: [URL(string: "https://node-a.example")!, URL(string: "https://node-b.example")!],
            memory: FileMemory(file: folder.appendingPathComponent("medproof.memory")))
        let messages = try Messages(language: "en")

        func check(_ scan: String) async throws -> [Message] {
            let outcome = try await checker.check(scan, purpose: .holder)
            guard let verdict = outcome.verdict else { return messages.noAnswer(purpose: .holder) }
            return messages.explain(verdict, purpose: .holder)
        }
        return try await check("")
    }
}
