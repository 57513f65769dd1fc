// One scan, or every outcome of a demonstration, from the command line.

import Foundation
import MedProof

let usage = """
    usage: medproof-check --anchor FILE [--node URL]... [--proof FILE] [--save FILE] [--purpose PURPOSE] [--language en|zh-Hans] SCAN
           medproof-check --demo FILE-OR-URL [--node URL]... [--save FOLDER | --proof FOLDER]
    exit code: 0 ok, 1 failed, 2 wrong arguments, 3 warn, 4 do not use, 5 unknown, 6 cannot tell
    """

func purpose(named name: String) -> Purpose? {
    [Purpose.holder, .buyer, .dispenser, .receiver].first { "\($0)" == name }
}

func check(_ scan: String, _ options: [String: [String]]) async throws -> Int32 {
    guard let anchor = options["--anchor"]?.first, let purpose = purpose(named: options["--purpose"]?.first ?? "holder")
    else { return fail() }
    let messages = try Messages(language: options["--language"]?.first ?? "en")
    let carried = try options["--proof"]?.first.map { file in
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return messageFromText(carried: text) ?? bytes
    }
    let checker = try Checker(
        anchor: Data(contentsOf: URL(fileURLWithPath: anchor)),
        nodes: options["--node", default: []].compactMap { URL(string: $0) },
        memory: FileMemory(file: URL(fileURLWithPath: anchor + ".memory")))
    let lookup = options["--save"] == nil ? LookupPolicy.bucket : .bundle
    let outcome = try await checker.check(scan, purpose: purpose, carried: carried, lookup: lookup)
    if let file = options["--save"]?.first { try outcome.proof?.write(to: URL(fileURLWithPath: file)) }
    outcome.failures.forEach { print("\($0.node): \($0.reason)") }
    let said = outcome.verdict.map { messages.explain($0, purpose: purpose) } ?? messages.noAnswer(purpose: purpose)
    for message in said {
        print("\(message.title)  [\(message.code)]")
        for text in [message.detail, message.next] where !text.isEmpty { print("    \(text)") }
    }
    switch outcome.verdict?.answer {
    case .ok: return 0
    case .warn: return 3
    case .doNotUse: return 4
    case .unknown: return 5
    case .cannotTell, nil: return 6
    }
}

func fail() -> Int32 {
    print(usage)
    return 2
}

var options: [String: [String]] = [:]
var scans: [String] = []
var words = CommandLine.arguments.dropFirst()
while let word = words.popFirst() {
    if word.hasPrefix("--"), let value = words.popFirst() { options[word, default: []].append(value) } else { scans.append(word) }
}
do {
    if let demo = options["--demo"]?.first {
        exit(try await Demo(demo, options).run())
    }
    guard let scan = scans.first, scans.count == 1 else { exit(fail()) }
    exit(try await check(scan, options))
} catch {
    print("medproof-check: \(error)")
    exit(1)
}
