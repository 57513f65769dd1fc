import Foundation

/// What came of a check.
public struct Outcome: Sendable {
    /// Worked out on this device. Without one no node answered and no proof was carried: nothing is said.
    public let verdict: Verdict?
    /// Whose proof it rests on; without one it rests on the carried proof, or on the scan alone.
    public var node: URL?
    /// Can be kept and carried.
    public var proof: Data?
    /// How the proof was found.
    public var lookup: Lookup?
    /// What a bundle shows beside the verdict.
    public var opened: Opened?
    /// Whether the history was shown to be only added to.
    public var historyShown = false
    /// The questions that gave nothing usable.
    public var failures: [Failure] = []
}

/// What came of a check of several scans.
public struct ManyOutcome: Sendable {
    /// Absent if no node answered.
    public let many: Many?
    /// Whose proof it rests on.
    public var node: URL?
    /// The proof about all of them.
    public var proof: Data?
    /// Whether the history was shown to be only added to.
    public var historyShown = false
    /// The questions that gave nothing usable.
    public var failures: [Failure] = []
}

/// Checks scans against nodes of which it believes none (`docs/CLIENT.md`).
///
/// A memory that cannot be read is an error; to begin anew from the anchor instead would forget the newest
/// header and a fork. One checker, and one process, for each memory.
public final class Checker: Sendable {
    private let client: Client
    private let nodes: [Node]
    private let memory: any Memory
    private let lookup: LookupPolicy
    private let nowMs: @Sendable () -> UInt64
    private let order: @Sendable ([URL]) -> [URL]
    private let saving = NSLock()

    /// `order` is another one each time, so that no node is asked about everything.
    public init(
        anchor: Data, nodes: [URL], memory: any Memory, lookup: LookupPolicy = .bucket,
        transport: any Transport = HttpTransport(),
        nowMs: @escaping @Sendable () -> UInt64 = { UInt64(Date().timeIntervalSince1970 * 1_000) },
        order: @escaping @Sendable ([URL]) -> [URL] = { $0.shuffled() }
    ) throws {
        let stored = try memory.load()
        client = try stored.map { try Client.resume(anchor: anchor, memory: $0) } ?? Client(anchor: anchor)
        self.nodes = nodes.map { Node(address: $0, transport: transport) }
        (self.memory, self.lookup, self.nowMs, self.order) = (memory, lookup, nowMs, order)
    }

    /// What is trusted, to be shown and compared.
    public func anchor() -> AnchorInfo { client.anchor() }

    /// Evidence of a fork, if one was seen.
    public func fork() -> Data? { client.fork() }

    /// Asks the nodes one after the other until one proves an answer; else takes the carried proof, if there is one.
    /// `lookup` is this check's own, as `.bundle` where somebody wants to keep the answer.
    public func check(
        _ scan: String, purpose: Purpose, carried: Data? = nil, lookup: LookupPolicy? = nil
    ) async throws -> Outcome {
        let read = parseScan(text: scan, strict: false)
        guard read.result == "read", let reading = read.readings.first else {
            return Outcome(verdict: try judge(scan, Data(), purpose, .online).0)
        }
        return try kept(try await ask(scan, reading, purpose, carried, lookup ?? self.lookup))
    }

    /// The verdicts about several scans, such as a pallet and its packs, from one proof: the node learns which.
    public func checkMany(_ scans: [String], purpose: Purpose) async throws -> ManyOutcome {
        let policy = Policy(purpose: purpose, mode: .online)
        // What cannot be read is asked of nobody, and takes no part in a proof.
        let codes = scans.filter { parseScan(text: $0, strict: false).result == "read" }
        func judge(_ proof: Data) throws -> Many {
            try client.verifyMany(scans: scans, proof: proof, nowMs: nowMs(), policy: policy)
        }
        if codes.isEmpty { return ManyOutcome(many: try judge(Data())) }
        var (shown, failures) = await goForward()
        if isForked(failures) {
            return try kept(ManyOutcome(many: try judge(Data()), historyShown: shown, failures: failures))
        }
        var best: (rank: Int, outcome: ManyOutcome)?
        for node in turns() where best?.rank != bestRank {
            do {
                let proof = try await node.proofs(codes, have: client.height())
                let many = try judge(proof)
                let asked = many.verdicts.filter { $0.axes.trust != "not-checked" }
                let worst = asked.map(\.rank).min() ?? bestRank
                if best.map({ worst > $0.rank }) ?? true {
                    best = (worst, ManyOutcome(many: many, node: node.address, proof: proof, historyShown: shown))
                }
            } catch {
                failures.append(Failure(node: node.address, error: error))
            }
        }
        var outcome = best?.outcome ?? ManyOutcome(many: nil)
        outcome.failures = failures
        return try kept(outcome)
    }

    /// The verdict from a carried proof alone; no node is asked.
    public func checkCarried(_ scan: String, purpose: Purpose, proof: Data) throws -> Outcome {
        try kept(try carried(scan, purpose, proof))
    }

    private func ask(
        _ scan: String, _ reading: Reading, _ purpose: Purpose, _ kept: Data?, _ lookup: LookupPolicy
    ) async throws -> Outcome {
        let (shown, failures) = await goForward()
        if isForked(failures) {
            return Outcome(verdict: try judge(scan, Data(), purpose, .online).0, failures: failures)
        }
        var search = Search(
            client: client, scan: scan, reading: reading, purpose: purpose, nowMs: nowMs, failures: failures)
        let found = await search.run(turns(), lookup)
        var outcome = try found.map {
            Outcome(
                verdict: $0.verdict, node: $0.node, proof: $0.proof, lookup: $0.lookup, opened: $0.opened,
                historyShown: shown)
        } ?? kept.map { try carried(scan, purpose, $0) } ?? Outcome(verdict: nil)
        outcome.failures = search.failures
        return outcome
    }

    /// Asks every node for its newest header: one that hides it is outdone by one that does not.
    private func goForward() async -> (Bool, [Failure]) {
        let (height, size) = (client.height(), client.historySize())
        return await withTaskGroup(of: (Bool, Failure?).self) { group in
            for node in nodes {
                group.addTask { [self] in
                    do {
                        let update = try await node.update(from: height, size: size)
                        return (try client.advance(update: update, nowMs: nowMs()).historyShown, nil)
                    } catch {
                        return (false, Failure(node: node.address, error: error))
                    }
                }
            }
            return await group.reduce(into: (false, [])) { sum, one in
                sum.0 = sum.0 || one.0
                sum.1 += [one.1].compactMap { $0 }
            }
        }
    }

    private func turns() -> [Node] {
        order(nodes.map(\.address)).compactMap { address in nodes.first { $0.address == address } }
    }

    private func isForked(_ failures: [Failure]) -> Bool { failures.contains { $0.reason == "trust.fork" } }

    private func carried(_ scan: String, _ purpose: Purpose, _ proof: Data) throws -> Outcome {
        let (verdict, opened) = try judge(scan, proof, purpose, .carried)
        return Outcome(verdict: verdict, proof: proof, lookup: .carried, opened: opened)
    }

    private func judge(
        _ scan: String, _ proof: Data, _ purpose: Purpose, _ mode: Mode
    ) throws -> (Verdict, Opened?) {
        try client.judge(scan, proof, nowMs(), Policy(purpose: purpose, mode: mode))
    }

    /// Stores what was learnt before the answer is given; one after the other, so that the newest stays.
    private func kept<Answer>(_ outcome: Answer) throws -> Answer {
        try saving.withLock { try memory.save(client.memory()) }
        return outcome
    }
}
