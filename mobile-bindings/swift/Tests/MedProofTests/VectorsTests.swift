import Foundation
import MedProof
import XCTest

/// Every case of the shared vectors gives the verdict, reasons and axes that core gives.
final class VectorsTests: XCTestCase {
    func testEveryFileIsRun() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Vectors.folder.path)
        XCTAssertEqual(Set(files.filter { $0.hasSuffix(".json") }), Set(answers.keys))
    }

    func testEveryCaseIsAnsweredAsByCore() throws {
        for (file, answer) in answers.sorted(by: { $0.key < $1.key }) {
            let cases = try Vectors.cases(file)
            for test in cases {
                let found = attempt { try answer(test) }
                XCTAssertEqual(found, test[file == "text.json" ? "bytes" : "expect"], "\(file): \(test.text("name"))")
            }
            Vectors.report(file, cases.count)
        }
    }

    func testAStoredMemoryBringsTheSameClientBack() throws {
        for test in try Vectors.cases("verify.json") {
            let memory = try test.clientAfterUpdates().memory()
            XCTAssertEqual(try Client.resume(anchor: test.bytes("anchor"), memory: memory).memory(), memory)
        }
    }

    private let answers: [String: (JSON) throws -> JSON] = [
        "advance.json": { test in
            let client = try test.client()
            let answers = test["updates"].items.map { update in
                attempt { plain(try client.advance(update: update.data, nowMs: test.nowMs)) }
            }
            return .list(answers)
        },
        "bucket.json": { test in
            plain(
                try test.clientAfterUpdates().verifyBucket(
                    scan: test.text("scan"), bucket: test.bytes("bucket"), nowMs: test.nowMs, policy: test.policy()))
        },
        "bundle.json": { test in
            plain(
                try test.clientAfterUpdates().verifyBundle(
                    scan: test.text("scan"), bundle: test.bytes("bundle"), nowMs: test.nowMs, policy: test.policy()))
        },
        "decode.json": { test in
            let message = test.bytes("bytes")
            do {
                let again = try readMessage(kind: test.text("type"), message: message)
                return .text(again == message ? "ok" : "encoded otherwise")
            } catch let refused as ClientError {
                return .text(refused.code)
            }
        },
        "disclosure.json": { test in
            let committed = try test.clientAfterUpdates().verifyRecord(
                disclosure: test.bytes("disclosure"), proof: test.bytes("proof"), nowMs: test.nowMs)
            return .object(["committed": plain(committed as Any)])
        },
        "fork.json": { test in .object(["height": plain(try checkFork(fork: test.bytes("fork")))]) },
        "many.json": { test in
            plain(
                try test.clientAfterUpdates().verifyMany(
                    scans: test["scans"].items.compactMap(\.string), proof: test.bytes("proof"), nowMs: test.nowMs,
                    policy: test.policy()))
        },
        "scan.json": { test in plain(parseScan(text: test.text("text"), strict: test.text("mode") == "strict")) },
        "seller.json": { test in
            plain(
                try test.clientAfterUpdates().verifySeller(
                    domain: test.text("domain"), bundle: test.bytes("bundle"), nowMs: test.nowMs,
                    policy: test.policy()))
        },
        "text.json": { test in plain(messageFromText(carried: test.text("text"))?.base64EncodedString() as Any) },
        "verify.json": { test in
            plain(
                try test.clientAfterUpdates().verify(
                    scan: test.text("scan"), proof: test.bytes("proof"), nowMs: test.nowMs, policy: test.policy()))
        },
    ]
}
