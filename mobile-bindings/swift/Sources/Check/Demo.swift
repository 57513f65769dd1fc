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
        if let save {
            try FileManager.default.createDirectory(at: save, withIntermediateDirectories: true)
            try text.write(to: save.appendingPathComponent("demo.json"))
        }
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
        let (scan, purpose) = (stated.scan, purpose(named: stated.purpose) ?? .holder)
        if let saved {
            let bundle = try Data(contentsOf: saved.appendingPathComponent("\(name).mpbundle"))
            let outcome = try await checker.check(scan, purpose: purpose, carried: bundle)
            return says(name, stated, outcome.lookup == .carried ? outcome.verdict : nil, outcome.opened)
        }
        var verdict = try await checker.check(scan, purpose: purpose).verdict
        if let packs = stated.packs { verdict = try await withPacks(checker, scan, packs, purpose) }
        let agrees = says(name, stated, verdict, nil)
        guard let save else { return agrees }
        let kept = try await checker.check(scan, purpose: purpose, lookup: .bundle)
        try kept.proof?.write(to: save.appendingPathComponent("\(name).mpbundle"))
        return says("\(name) in a bundle", stated, kept.verdict, kept.opened) && agrees
    }

    private func says(_ name: String, _ stated: Stated, _ verdict: Verdict?, _ opened: Opened?) -> Bool {
        let reasons = verdict?.reasons ?? []
        // What was saved is said to be carried; everything else is said as on the day that it was asked for.
        let isCarried = verdict?.axes.freshness == "carried"
        let compared = reasons.filter { !isCarried || $0 != "freshness.carried" }
        let agrees = verdict?.overall == stated.overall && compared == stated.reasons
        let product = opened?.product.map { " (\($0.nameEn))" } ?? ""
        let said = "\(verdict?.overall ?? "no answer"), \(reasons.joined(separator: ", "))\(product)"
        print("\(agrees ? "as stated" : "OTHERWISE")  \(name): \(said)")
        return agrees
    }

    /// What one proof says of a unit and its packs: of the unit, if each pack's answer is the same.
    private func withPacks(
        _ checker: Checker, _ unit: String, _ packs: [String], _ purpose: Purpose
    ) async throws -> Verdict? {
        let verdicts = try await checker.checkMany([unit] + packs, purpose: purpose).many?.verdicts ?? []
        return verdicts.first { $0.overall != verdicts[0].overall } ?? verdicts.first
    }
}
