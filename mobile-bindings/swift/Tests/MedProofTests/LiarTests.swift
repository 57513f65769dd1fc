import Foundation
import MedProof
import XCTest

/// Every outcome by an honest node, and every behaviour of the scripted lying node (`docs/CLIENT.md`).
final class LiarTests: XCTestCase {
    private var world = JSON.null
    private let process = Process()
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    override func setUpWithError() throws {
        guard let liar = ProcessInfo.processInfo.environment["MEDPROOF_LIAR"] else {
            throw XCTSkip("MEDPROOF_LIAR names no lying node")
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let said = Pipe()
        process.executableURL = URL(fileURLWithPath: liar)
        process.standardOutput = said
        process.standardInput = Pipe()
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") { line += said.fileHandleForReading.availableData }
        world = try JSONDecoder().decode(JSON.self, from: line)
    }

    override func tearDown() {
        if process.isRunning { process.terminate() }
        try? FileManager.default.removeItem(at: folder)
    }

    func testEachOutcomeByTheHonestNode() async throws {
        guard case .object(let outcomes) = world["outcomes"] else { return XCTFail("no outcomes") }
        for (name, stated) in outcomes {
            let found = try await ask(name, ["honest"])
            XCTAssertEqual(found.verdict?.overall, stated.text("overall"), name)
            XCTAssertEqual(found.verdict?.reasons, stated["reasons"].items.compactMap(\.string), name)
            XCTAssertTrue(found.historyShown, name)
            let isHidden = name != "not_random" && name != "unknown_product"
            XCTAssertEqual(found.lookup, isHidden ? .bucket : .exact, name)
        }
        Vectors.report("outcomes by the honest node", outcomes.count)
    }

    func testEachLieIsRefusedAloneAndBesideAnHonestNode() async throws {
        for lie in Self.lies {
            let alone = try await ask("recalled", [lie])
            XCTAssertTrue(alone.verdict.map { $0.overall == "cannot-tell" } ?? true, lie)
            let beside = try await ask("recalled", [lie, "honest"])
            XCTAssertEqual(beside.verdict?.overall, "do-not-use", lie)
            // Its leaves are honest: with the honest node's certificate they prove the answer.
            if lie == "weak-quorum" { continue }
            XCTAssertEqual(beside.node, node("honest"), lie)
            XCTAssertTrue(beside.failures.contains { $0.node == node(lie) }, lie)
        }
        guard case .object(let nodes) = world["nodes"] else { return XCTFail("no nodes") }
        XCTAssertEqual(Set(nodes.keys), Self.lies.union(["honest", "fork", "no-history", "nosy", "impostor", "renamed"]))
        Vectors.report("behaviours of the lying node", nodes.count)
    }

    func testAForkIsNoAnswerWhoeverElseIsHonest() async throws {
        let found = try await ask("recalled", ["honest", "fork"])
        XCTAssertEqual(found.verdict?.overall, "cannot-tell")
        XCTAssertEqual(found.verdict?.reasons, ["trust.fork"])
    }

    func testWithoutAProofOfHistoryOrBucketsTheAnswerStands() async throws {
        for behaviour in ["no-history", "nosy", "impostor", "renamed"] {
            let found = try await ask("recalled", [behaviour])
            XCTAssertEqual(found.verdict?.overall, "do-not-use")
        }
    }

    func testEachLieInABucketIsRefusedAndNoOtherLookupIsUsed() async throws {
        for lie in ["tampered", "incomplete", "weak-quorum", "other-chain", "garbage", "old"] {
            let found = try await ask("recalled", [lie], .bucketOnly)
            XCTAssertEqual(found.verdict?.overall, "cannot-tell", lie)
            XCTAssertEqual(found.lookup, .bucket, lie)
        }
        let nosy = try await ask("recalled", ["nosy"], .bucketOnly)
        XCTAssertNil(nosy.verdict)
        XCTAssertTrue(nosy.failures.contains { $0.reason == "proof.bucket" })
    }

    func testWhatWasKeptServesWhenNoNodeAnswers() async throws {
        for lookup in [LookupPolicy.bucket, .exact] {
            let kept = try await ask("recalled", ["honest"], lookup).proof
            let found = try await ask("recalled", ["error"], carried: kept)
            XCTAssertEqual(found.verdict?.overall, "do-not-use")
            XCTAssertEqual(found.verdict?.axes.freshness, "carried")
            XCTAssertEqual(found.lookup, .carried)
        }
    }

    func testAPalletAndItsPacksAreCheckedTogether() async throws {
        let pallet = world["pallet_1000"]
        let scans = pallet["scans"].items.compactMap(\.string)
        for behaviours in [["honest"], ["tampered", "honest"], ["error", "honest"]] {
            let many = try await checker(behaviours).checkMany(scans, purpose: .receiver).many
            XCTAssertEqual(many?.verdicts.map(\.overall), scans.map { _ in pallet.text("overall") })
            XCTAssertEqual(many?.contents.map(\.complete), [true])
        }
        let alone = try await checker(["incomplete"]).checkMany(scans, purpose: .receiver).many
        XCTAssertTrue(alone?.verdicts.allSatisfy { $0.overall == "cannot-tell" } ?? true)
        let none = try await checker(["error"]).checkMany(scans, purpose: .receiver).many
        XCTAssertNil(none)
    }

    func testWhatCannotBeReadSpoilsNoList() async throws {
        let scans = ["hello", world["outcomes"]["recalled"].text("scan")]
        for behaviours in [["honest"], ["tampered", "honest"]] {
            let many = try await checker(behaviours).checkMany(scans, purpose: .holder).many
            XCTAssertEqual(many?.verdicts.map(\.overall), ["cannot-tell", "do-not-use"])
        }
        let nothing = try await checker(["error"]).checkMany(["hello"], purpose: .holder)
        XCTAssertEqual(nothing.many?.verdicts.map(\.overall), ["cannot-tell"])
        XCTAssertTrue(nothing.failures.isEmpty)
        let forked = try await checker(["honest", "fork"]).checkMany(scans, purpose: .holder).many
        XCTAssertEqual(forked?.verdicts.last?.axes.trust, "fork")
    }

    private func checker(_ behaviours: [String], _ lookup: LookupPolicy = .bucket) throws -> Checker {
        try Checker(
            anchor: world.bytes("anchor"), nodes: behaviours.map(node),
            memory: FileMemory(file: folder.appendingPathComponent(UUID().uuidString)), lookup: lookup,
            transport: HttpTransport(timeoutSeconds: 1.5), order: { $0 })
    }

    private func ask(
        _ outcome: String, _ behaviours: [String], _ lookup: LookupPolicy = .bucket, carried: Data? = nil
    ) async throws -> Outcome {
        let question = world["outcomes"][outcome]
        let purposes: [String: Purpose] = [
            "holder": .holder, "buyer": .buyer, "dispenser": .dispenser, "receiver": .receiver,
        ]
        return try await checker(behaviours, lookup).check(
            question.text("scan"), purpose: purposes[question.text("purpose")]!, carried: carried)
    }

    private func node(_ behaviour: String) -> URL { URL(string: world["nodes"].text(behaviour))! }

    /// What must not be believed, and not change the answer of an honest node beside it.
    private static let lies: Set = [
        "tampered", "incomplete", "old", "other-chain", "weak-quorum", "slow", "cut-off", "error", "garbage",
        "too-large", "redirect",
    ]
}
