import Foundation
import MedProof

/// Every outcome of a demonstration: asked of its nodes, or read from what was `saved` of them.
struct Demo {
    /// What a demo.json states.
    struct Stated: Decodable {
        let scan, purpose, overall: String
        let reasons: [String]
        let packs: [String]?
    }

    private struct Contents: Decodable {
        let anchor: Data
        let nodes: [URL]
        let outcomes: [String: Stated]
    }

    private let text: Data
    private let demo: Contents
    private let nodes: [URL]
    private let save, saved: URL?

    init(_ place: String, _ options: [String: [String]]) async throws {
        let isAddress = place.hasPrefix("http")
        text = isAddress
            ? try await HttpTransport().ask(URL(string: place)!, body: nil) : try Data(contentsOf: URL(fileURLWithPath: place))
        demo = try JSONDecoder().decode(Contents.self, from: text)
        nodes = options["--node"]?.compactMap { URL(string: $0) } ?? demo.nodes
        let folder = { (name: String) in options[name]?.first.map { URL(fileURLWithPath: $0, isDirectory: true) } }
        (save, saved) = (folder("--save"), folder("--proof"))
    }

    /// The exit code: 0 if each is as the demo.json states.
    func run() async throws -> Int32 {
        if let save { try text.write(to: save.appendingPathComponent("demo.json")) }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        let checker = try Checker(anchor: demo.anchor, nodes: nodes, memory: FileMemory(file: file))
        var code: Int32 = 0
        for (name, stated) in demo.outcomes.sorted(by: { $0.key < $1.key }) {
            if try await !agrees(checker, name, stated) { code = 1 }
        }
        return code
    }

    private func agrees(_ checker: Checker, _ name: String, _ stated: Stated) async throws -> Bool {
        let verdict = try await verdict(checker, name, stated)
        let reasons = verdict?.reasons ?? []
        // What was saved is said to be carried; everything else is said as on the day that it was asked for.
        let compared = reasons.filter { saved == nil || $0 != "freshness.carried" }
        let agrees = verdict?.overall == stated.overall && compared == stated.reasons
        let found = "\(verdict?.overall ?? "no answer"), \(reasons.joined(separator: ", "))"
        print("\(agrees ? "as stated" : "OTHERWISE")  \(name): \(found)")
        return agrees
    }

    private func verdict(_ checker: Checker, _ name: String, _ stated: Stated) async throws -> Verdict? {
        let purpose = purpose(named: stated.purpose) ?? .holder
        if let saved {
            let carried = try Data(contentsOf: saved.appendingPathComponent("\(name).mproof"))
            let outcome = try await checker.check(stated.scan, purpose: purpose, carried: carried)
            return outcome.node == nil ? outcome.verdict : nil
        }
        let outcome = try await checker.check(stated.scan, purpose: purpose)
        if let save { try outcome.proof?.write(to: save.appendingPathComponent("\(name).mproof")) }
        guard let packs = stated.packs else { return outcome.verdict }
        return try await withPacks(checker, stated.scan, packs, purpose)
    }

    /// What one proof says of a unit and its packs: of the unit, if each pack's answer is the same.
    private func withPacks(
        _ checker: Checker, _ unit: String, _ packs: [String], _ purpose: Purpose
    ) async throws -> Verdict? {
        let verdicts = try await checker.checkMany([unit] + packs, purpose: purpose).many?.verdicts ?? []
        return verdicts.first { $0.overall != verdicts[0].overall } ?? verdicts.first
    }
}
