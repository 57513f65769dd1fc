import Foundation
import MedProof
import XCTest

/// Whatever is handed over, the answer is a verdict or a typed error; many calls do not grow the process.
final class MalformedTests: XCTestCase {
    private let honest = try! Vectors.cases("verify.json")[0]
    private let decode = try! Vectors.cases("decode.json")
    private var dice = Dice(state: 20_260_101)

    func testMalformedInputsGiveTypedErrorsOnly() throws {
        let client = try Client(anchor: honest.bytes("anchor"))
        let inputs = (0..<count).map(input) + [Data(), Data(count: 4_000_000)]
        var refused = 0
        for one in inputs {
            for (_, call) in calls(client, one) where isRefused(call) { refused += 1 }
        }
        XCTAssertGreaterThan(refused, count)
        Vectors.report("malformed inputs", inputs.count)
    }

    func testEveryExportedFunctionIsCalled() throws {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
        let generated = package.appendingPathComponent("Sources/MedProofCore/MedProofCore.swift")
        let exported = try String(contentsOf: generated, encoding: .utf8).split(separator: "\n").compactMap { line in
            let line = line.trimmingCharacters(in: .whitespaces)
            let kinds = ["open func ", "public static func ", "public func "].filter(line.hasPrefix)
            return kinds.first.map { String(line.dropFirst($0.count).prefix { $0.isLetter || $0.isNumber || $0 == "_" }) }
        }
        let called = Set(calls(try Client(anchor: honest.bytes("anchor")), Data()).map(\.0))
        let machinery = { (name: String) in name.hasPrefix("uniffi") || name.contains("FfiConverter") }
        // What the generator adds for itself: conversions and comparisons of its types.
        let own: Set = ["lift", "lower", "read", "write", "hash", "encode"]
        XCTAssertEqual(Set(exported.filter { !machinery($0) }).subtracting(own), called.subtracting(["Client"]))
    }

    func testMemoryStaysFlatWhateverIsRefused() throws {
        let client = try Client(anchor: honest.bytes("anchor"))
        let inputs = (0..<count).map(input)
        let run = { (most: Int) in
            var done = 0
            while done < most {
                for (_, call) in self.calls(client, inputs[done % inputs.count]) {
                    _ = self.isRefused(call)
                    done += 1
                }
            }
        }
        run(most / 2)
        let before = try residentBytes()
        run(most)
        let grown = try residentBytes() - before
        print("  \(most) calls of every function: the process grew by \(grown / 1_024) KiB")
        XCTAssertLessThan(grown, 8 * 1_024 * 1_024)
        Vectors.report("calls of every function with flat memory", most)
    }

    /// Every exported function with these bytes, and with what text they give.
    private func calls(_ client: Client, _ input: Data) -> [(String, () throws -> Any?)] {
        let text = String(decoding: input.prefix(5_000), as: UTF8.self)
        let (anchor, scan, now) = (honest.bytes("anchor"), honest.text("scan"), honest.nowMs)
        let time = dice.next()
        let purposes: [Purpose] = [.holder, .buyer, .dispenser, .receiver]
        let policy = Policy(
            purpose: purposes[Int(time % 4)], mode: time % 2 == 0 ? .online : .carried, maxAgeOnlineMs: time)
        let kind = decode[Int(time % UInt64(decode.count))].text("type")
        return [
            ("Client", { try Client(anchor: input) }),
            ("resume", { try Client.resume(anchor: input, memory: input) }),
            ("resume", { try Client.resume(anchor: anchor, memory: input) }),
            ("memory", { client.memory() }),
            ("anchor", { client.anchor() }),
            ("height", { client.height() }),
            ("historySize", { client.historySize() }),
            ("fork", { client.fork() }),
            ("bucketPrefix", { client.bucketPrefix(scan: text, bits: UInt8(truncatingIfNeeded: time)) }),
            ("bucketPrefix", { client.bucketPrefix(scan: scan, bits: UInt8(truncatingIfNeeded: time)) }),
            ("advance", { try client.advance(update: input, nowMs: time) }),
            ("verify", { try client.verify(scan: text, proof: input, nowMs: time, policy: policy) }),
            ("verify", { try client.verify(scan: scan, proof: input, nowMs: now, policy: policy) }),
            ("verifyBucket", { try client.verifyBucket(scan: scan, bucket: input, nowMs: now, policy: policy) }),
            ("verifyBundle", { try client.verifyBundle(scan: scan, bundle: input, nowMs: now, policy: policy) }),
            ("verifySeller", { try client.verifySeller(domain: "shop.example", bundle: input, nowMs: now, policy: policy) }),
            ("verifySeller", { try client.verifySeller(domain: text, bundle: input, nowMs: now, policy: policy) }),
            ("verifyMany", { try client.verifyMany(scans: [text, scan], proof: input, nowMs: now, policy: policy) }),
            ("verifyRecord", { try client.verifyRecord(disclosure: input, proof: input, nowMs: now) }),
            ("checkFork", { try checkFork(fork: input) }),
            ("messageFromText", { messageFromText(carried: text) }),
            ("parseScan", { parseScan(text: text, strict: time % 2 == 0) }),
            ("readMessage", { try readMessage(kind: kind, message: input) }),
            ("readMessage", { try readMessage(kind: text, message: input) }),
        ]
    }

    /// Whether it was refused, by a typed error; any other error fails the test.
    private func isRefused(_ call: () throws -> Any?) -> Bool {
        do {
            _ = try call()
            return false
        } catch {
            XCTAssertTrue(error is ClientError, "\(error)")
            return true
        }
    }

    /// A message that is cut, prolonged, changed in places, or replaced altogether.
    private func input(_ number: Int) -> Data {
        var message = decode[number % decode.count].bytes("bytes")
        switch dice.next() % 4 {
        case 0: return message.prefix(Int(dice.next() % UInt64(message.count + 1)))
        case 1: return message + bytes(Int(dice.next() % 64))
        case 2 where !message.isEmpty:
            for _ in 0...dice.next() % 8 {
                message[Int(dice.next() % UInt64(message.count))] = UInt8(truncatingIfNeeded: dice.next())
            }
            return message
        default: return bytes(Int(dice.next() % 4_096))
        }
    }

    private func bytes(_ length: Int) -> Data {
        Data((0..<length).map { _ in UInt8(truncatingIfNeeded: dice.next()) })
    }

    private func residentBytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) * 1_024
    }
}

/// The same numbers in each run (SplitMix64).
private struct Dice {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

private let count = 1_000
private let most = 100_000
