import Foundation

/// A node that could not be used: a stable code of core, or what went wrong on the way.
public struct Failure: Equatable, Sendable {
    public let node: URL
    public let reason: String
}

/// What came of a check.
public struct Outcome: Sendable {
    /// Worked out on this device. Without one no node answered and no proof was carried: nothing is said.
    public let verdict: Verdict?
    /// Whose proof it rests on; without one it rests on the carried proof, or on the scan alone.
    public var node: URL?
    /// Can be kept and carried.
    public var proof: Data?
    /// Whether the history was shown to be only added to.
    public var historyShown = false
    /// What was wrong with the nodes that gave no usable answer.
    public var failures: [Failure] = []
}

/// Checks scans against nodes of which it believes none (`docs/CLIENT.md`).
///
/// A memory that cannot be read is an error; to begin anew from the anchor instead would forget the newest
/// header and a fork.
public final class Checker: Sendable {
    private let client: Client
    private let nodes: [URL]
    private let memory: any Memory
    private let transport: any Transport
    private let nowMs: @Sendable () -> UInt64
    private let order: @Sendable ([URL]) -> [URL]
    private let saving = NSLock()

    /// `order` is another one each time, so that no node is asked about everything.
    public init(
        anchor: Data, nodes: [URL], memory: any Memory, transport: any Transport = HttpTransport(),
        nowMs: @escaping @Sendable () -> UInt64 = { UInt64(Date().timeIntervalSince1970 * 1_000) },
        order: @escaping @Sendable ([URL]) -> [URL] = { $0.shuffled() }
    ) throws {
        let stored = try memory.load()
        client = try stored.map { try Client.resume(anchor: anchor, memory: $0) } ?? Client(anchor: anchor)
        (self.nodes, self.memory, self.transport) = (nodes, memory, transport)
        (self.nowMs, self.order) = (nowMs, order)
    }

    /// What is trusted, to be shown and compared.
    public func anchor() -> AnchorInfo { client.anchor() }

    /// Evidence of a fork, if one was seen.
    public func fork() -> Data? { client.fork() }

    /// Asks the nodes one after the other until one proves an answer; else takes the carried proof, if there is one.
    public func check(_ scan: String, purpose: Purpose, carried: Data? = nil) async throws -> Outcome {
        guard parseScan(text: scan, strict: false).result == "read" else {
            return Outcome(verdict: try verify(scan, Data(), purpose, .online))
        }
        return try kept(try await ask(scan, purpose, carried))
    }

    /// The verdict from a carried proof alone; no node is asked.
    public func checkCarried(_ scan: String, purpose: Purpose, proof: Data) throws -> Outcome {
        try kept(Outcome(verdict: try verify(scan, proof, purpose, .carried), proof: proof))
    }

    private func ask(_ scan: String, _ purpose: Purpose, _ carried: Data?) async throws -> Outcome {
        var (shown, failures) = await goForward()
        if failures.contains(where: { $0.reason == "trust.fork" }) {
            return Outcome(verdict: try verify(scan, Data(), purpose, .online), failures: failures)
        }
        var best: (rank: Int, outcome: Outcome)?
        for node in order(nodes) where best?.rank != bestRank {
            do {
                let proof = try await transport.get(proofPath(node, scan))
                let verdict = try verify(scan, proof, purpose, .online)
                let rank = rank(verdict)
                if rank < bestRank {
                    failures.append(Failure(node: node, reason: verdict.reasons.first ?? verdict.axes.trust))
                }
                if best.map({ rank > $0.rank }) ?? true {
                    best = (rank, Outcome(verdict: verdict, node: node, proof: proof, historyShown: shown))
                }
            } catch {
                failures.append(Failure(node: node, reason: reason(error)))
            }
        }
        let verdict = try carried.map { try verify(scan, $0, purpose, .carried) }
        var outcome = best?.outcome ?? Outcome(verdict: verdict, proof: carried)
        outcome.failures = failures
        return outcome
    }

    /// Current before old, and what a quorum signed before what was refused; no node changes what a fork says.
    private func rank(_ verdict: Verdict) -> Int {
        let isTrusted = verdict.axes.trust == "quorum" || verdict.axes.trust == "needs-newer-client"
        let isFresh = verdict.axes.freshness == "fresh"
        let isNewest = isTrusted && isFresh && !verdict.reasons.contains("trust.older-header")
        if verdict.axes.trust == "fork" || isNewest { return bestRank }
        return isTrusted ? (isFresh ? 2 : 1) : 0
    }

    /// Asks every node for its newest header: one that hides it is outdone by one that does not.
    private func goForward() async -> (Bool, [Failure]) {
        let query = "from=\(client.height())&size=\(client.historySize())"
        return await withTaskGroup(of: (Bool, Failure?).self) { group in
            for node in nodes {
                group.addTask { [self] in
                    do {
                        let update = try await transport.get(path(node, "v1/updates", query))
                        return (try client.advance(update: update, nowMs: nowMs()).historyShown, nil)
                    } catch {
                        return (false, Failure(node: node, reason: reason(error)))
                    }
                }
            }
            return await group.reduce(into: (false, [])) { sum, one in
                sum.0 = sum.0 || one.0
                sum.1 += [one.1].compactMap { $0 }
            }
        }
    }

    private func proofPath(_ node: URL, _ scan: String) -> URL {
        let code = scan.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return path(node, "v1/proofs", "code=\(code)&have=\(client.height())")
    }

    private func path(_ node: URL, _ path: String, _ query: String) -> URL {
        var parts = URLComponents(url: node.appendingPathComponent(path), resolvingAgainstBaseURL: false)
        parts?.percentEncodedQuery = query
        return parts?.url ?? node
    }

    private func reason(_ error: any Error) -> String {
        switch error {
        case let refused as ClientError: refused.code
        case TransportError.status(let status): "network: status \(status)"
        default: "network: \(error)"
        }
    }

    private func verify(_ scan: String, _ proof: Data, _ purpose: Purpose, _ mode: Mode) throws -> Verdict {
        try client.verify(scan: scan, proof: proof, nowMs: nowMs(), policy: Policy(purpose: purpose, mode: mode))
    }

    /// Stores what was learnt before the answer is given; one after the other, so that the newest stays.
    private func kept(_ outcome: Outcome) throws -> Outcome {
        try saving.withLock { try memory.save(client.memory()) }
        return outcome
    }
}

private let bestRank = 3
