import Foundation
import MedProof
import XCTest

/// Not among the tests: `cargo xtask bench bindings` runs it beside the native program.
final class TimingTests: XCTestCase {
    func testFirstAndNextVerdict() throws {
        guard let path = ProcessInfo.processInfo.environment["MEDPROOF_FIXTURE"] else {
            throw XCTSkip("MEDPROOF_FIXTURE names no packs to time")
        }
        let fixture = try JSONDecoder().decode(JSON.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        let packs = fixture["packs"].items.map { ($0.text("scan"), $0.bytes("proof")) }
        let (anchor, nowMs) = (fixture.bytes("anchor"), fixture.nowMs)
        let policy = Policy(purpose: .dispenser, mode: .online)
        let answer = { (client: Client, pack: Int) in
            let (scan, proof) = packs[pack]
            XCTAssertEqual(try client.verify(scan: scan, proof: proof, nowMs: nowMs, policy: policy).overall, "ok")
        }
        let known = try Client(anchor: anchor)
        for turn in 0..<200 { try answer(known, turn % 2) }
        let firsts = try (0..<200).map { _ in
            let fresh = try Client(anchor: anchor)
            return try microseconds { try answer(fresh, 0) }
        }
        let nexts = try (0..<2_000).map { turn in try microseconds { try answer(known, turn % 2) } }
        print("Swift: first verdict \(median(firsts)) µs, next \(median(nexts)) µs (medians)")
    }

    private func microseconds(_ work: () throws -> Void) rethrows -> UInt64 {
        let begin = DispatchTime.now().uptimeNanoseconds
        try work()
        return (DispatchTime.now().uptimeNanoseconds - begin) / 1_000
    }

    private func median(_ times: [UInt64]) -> UInt64 { times.sorted()[times.count / 2] }
}
