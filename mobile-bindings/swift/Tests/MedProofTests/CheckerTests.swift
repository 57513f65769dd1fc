import Foundation
import MedProof
import XCTest

/// The network flow with proofs of the shared vectors.
final class CheckerTests: XCTestCase {
    private let cases = Dictionary(
        uniqueKeysWithValues: ((try? Vectors.cases("verify.json")) ?? []).map { ($0.text("name"), $0) })
    private let first = URL(string: "http://first.invalid")!
    private let second = URL(string: "http://second.invalid")!

    func testALyingNodeIsPassedOver() async throws {
        let active = cases["table/active/dispenser/online-60s"]!
        var bent = active.bytes("proof")
        bent[bent.count - 1] ^= 1
        let other = cases["hand-over/other-chain"]!.bytes("proof")
        let liars: [(Result<Data, TransportError>, String)] = [
            (.success(bent), "trust.state.root"),
            (.success(other), "trust.proof.other-scan"),
            (.success(Data("<html>".utf8)), "trust.message.magic"),
            (.failure(.refused(status: 500, code: nil, bits: nil)), "network: status 500"),
        ]
        for (answer, reason) in liars {
            let scripted = Scripted([first: answer, second: .success(active.bytes("proof"))])
            let outcome = try await checker(active, scripted).check(active.text("scan"), purpose: .dispenser)
            XCTAssertEqual(outcome.verdict?.overall, "ok")
            XCTAssertEqual(outcome.node, second)
            let reasons = outcome.failures.filter { $0.node == first }.map(\.reason)
            XCTAssertTrue(reasons.contains(reason), "\(reasons)")
        }
    }

    func testACarriedProofServesOfflineAndAnOldOneFromANodeIsNone() async throws {
        let carried = cases["table/active/dispenser/carried-600s"]!
        let nobody = Scripted([:])
        let offline = try checker(carried, nobody)
        let outcome = try await offline.check(
            carried.text("scan"), purpose: .dispenser, carried: carried.bytes("proof"))
        XCTAssertEqual(outcome.verdict?.axes.freshness, "carried")
        XCTAssertEqual(outcome.verdict?.overall, "ok")
        let nothing = try await offline.check(carried.text("scan"), purpose: .dispenser)
        XCTAssertNil(nothing.verdict)
        let stale = cases["table/active/dispenser/online-360s"]!
        let late = Scripted([first: .success(stale.bytes("proof"))])
        let old = try await checker(stale, late).check(
            stale.text("scan"), purpose: .dispenser, carried: stale.bytes("proof"))
        XCTAssertEqual(old.verdict?.axes.freshness, "stale")
    }

    func testAForkIsKept() async throws {
        let fork = cases["known/fork-of-the-certified"]!
        let memory = FileMemory(file: file)
        try memory.save(fork.bytes("have"))
        let scripted = Scripted([first: .success(fork.bytes("proof"))])
        let outcome = try await checker(fork, scripted, memory).check(fork.text("scan"), purpose: .holder)
        XCTAssertEqual(outcome.verdict?.reasons, ["trust.fork"])
        let evidence = try XCTUnwrap(checker(fork, scripted, memory).fork())
        XCTAssertGreaterThan(try checkFork(fork: evidence), 0)
    }

    func testWhatNamesNothingIsAskedOfNobody() async throws {
        let scripted = Scripted([first: .success(Data())])
        let active = cases["table/active/dispenser/online-60s"]!
        for scan in [cases["scan/patient"]!.text("scan"), "hello", "https://evil.example/x"] {
            let outcome = try await checker(active, scripted).check(scan, purpose: .holder)
            XCTAssertTrue(outcome.verdict?.reasons.first?.hasPrefix("identifier.scan.") ?? false)
        }
        XCTAssertTrue(scripted.asked.isEmpty)
    }

    func testALongerPrefixIsSentWhileItHidesThePack() async throws {
        let active = cases["table/active/dispenser/online-60s"]!
        let serial = try XCTUnwrap(parseScan(text: active.text("scan"), strict: false).readings.first?.serial)
        let wanted: [(Int?, [Int])] = [(nil, Array(stride(from: 32, through: 56, by: 4))), (40, [32, 40]), (64, [32]), (31, [32])]
        for (bits, most) in wanted {
            let scripted = Scripted([:], buckets: .refused(status: 422, code: "proof.bucket-size", bits: bits))
            let checker = try checker(active, scripted, nodes: [first], lookup: .bucketOnly)
            let outcome = try await checker.check(active.text("scan"), purpose: .dispenser)
            XCTAssertNil(outcome.verdict)
            let asked = scripted.asked.compactMap { URL(string: $0) }.filter { $0.path.hasPrefix("/v1/buckets/") }
            XCTAssertEqual(asked.compactMap { Int($0.pathComponents[3]) }, most)
            XCTAssertTrue(asked.allSatisfy { $0.pathComponents[4].count * 4 == Int($0.pathComponents[3]) })
            XCTAssertFalse(scripted.asked.contains { $0.contains(serial) || $0.contains("proofs") })
        }
    }

    func testTheNetworkIsReached() async throws {
        let active = cases["table/active/dispenser/online-60s"]!
        let nowhere = URL(string: "http://127.0.0.1:1")!
        let checker = try Checker(anchor: active.bytes("anchor"), nodes: [nowhere], memory: FileMemory(file: file))
        let outcome = try await checker.check(active.text("scan"), purpose: .holder)
        XCTAssertNil(outcome.verdict)
        XCTAssertTrue(outcome.failures.allSatisfy { $0.reason.hasPrefix("network: ") && $0.node == nowhere })
    }

    func testEveryVerdictIsExplainedInBothLanguages() throws {
        for messages in [try Messages(language: "en"), try Messages(language: "zh-Hans")] {
            for test in cases.values {
                let verdict = try test.clientAfterUpdates().verify(
                    scan: test.text("scan"), proof: test.bytes("proof"), nowMs: test.nowMs, policy: test.policy())
                let said = messages.explain(verdict, purpose: test.policy().purpose)
                XCTAssertGreaterThan(said.count, verdict.reasons.count, test.text("name"))
                XCTAssertTrue(said.allSatisfy { !$0.title.isEmpty && !($0.title + $0.detail + $0.next).contains("{") })
            }
        }
        let english = try Messages(language: "en")
        XCTAssertEqual([english.age(ms: 999), english.age(ms: 120_000)], ["0 seconds", "2 minutes"])
        let stale = english.message("freshness.stale", ["age": english.age(ms: 3_700_000)])
        XCTAssertTrue(stale?.detail.hasPrefix("It is 1 hour old.") ?? false)
        XCTAssertEqual(english.message("freshness.stale")?.detail, "")
        XCTAssertTrue(english.question(day: 20_456)?.detail.contains("2026-01-03") ?? false)
    }

    func testEightThreadsGetTheAnswersOfOne() async throws {
        let table = cases.values.filter { $0.text("name").hasPrefix("table/") }
        let client = try Client(anchor: table[0].bytes("anchor"))
        let answers: @Sendable () throws -> [Verdict] = {
            try table.map {
                try client.verify(
                    scan: $0.text("scan"), proof: $0.bytes("proof"), nowMs: $0.nowMs, policy: $0.policy())
            }
        }
        let alone = try answers()
        try await withThrowingTaskGroup(of: [Verdict].self) { group in
            for _ in 0..<8 { group.addTask { try answers() } }
            for try await together in group { XCTAssertEqual(together, alone) }
        }
        Vectors.report("answers from 8 tasks", 8 * table.count)
    }

    private var file: URL { FileManager.default.temporaryDirectory.appendingPathComponent(name + ".memory") }

    override func tearDown() {
        try? FileManager.default.removeItem(at: file)
    }

    private func checker(
        _ test: JSON, _ transport: Scripted, _ memory: FileMemory? = nil, nodes: [URL]? = nil,
        lookup: LookupPolicy = .bucket
    ) throws -> Checker {
        let now = test.nowMs
        return try Checker(
            anchor: test.bytes("anchor"), nodes: nodes ?? [first, second], memory: memory ?? FileMemory(file: file),
            lookup: lookup, transport: transport, nowMs: { now }, order: { $0 })
    }
}

/// Answers a proof's path as a test says, and has no header beyond it.
private final class Scripted: Transport, @unchecked Sendable {
    private let answers: [URL: Result<Data, TransportError>]
    private let buckets: TransportError
    private let lock = NSLock()
    private var paths: [String] = []

    init(
        _ answers: [URL: Result<Data, TransportError>],
        buckets: TransportError = .refused(status: 404, code: nil, bits: nil)
    ) {
        (self.answers, self.buckets) = (answers, buckets)
    }

    var asked: [String] { lock.withLock { paths } }

    func ask(_ address: URL, body: Data?) async throws -> Data {
        lock.withLock { paths.append(address.absoluteString) }
        if address.path.hasPrefix("/v1/buckets/") { throw buckets }
        let node = answers.keys.first { $0.host == address.host }
        guard address.path == "/v1/proofs", let node, let answer = answers[node] else {
            throw TransportError.refused(status: 404, code: nil, bits: nil)
        }
        return try answer.get()
    }
}
