import Foundation

/// What the node learnt: a bucket hides the pack and shows the product, the others show the pack.
public enum Lookup: Sendable {
    case bucket, exact, bundle, carried
}

/// Which lookups are allowed: a bucket and else exact, only a bucket, exact at once, or a bundle: exact, with
/// names and timeline, for somebody who wants to read or keep them.
public enum LookupPolicy: Sendable {
    case bucket, bucketOnly, exact, bundle
}

/// A question that gave nothing usable: a stable code, or what went wrong on the way.
public struct Failure: Equatable, Sendable {
    public let node: URL
    public let reason: String

    init(node: URL, reason: String) {
        (self.node, self.reason) = (node, reason)
    }

    init(node: URL, error: any Error) {
        self.node = node
        reason =
            switch error {
            case let refused as ClientError: refused.code
            case TransportError.refused(let status, let code, _): code ?? "network: status \(status)"
            default: "network: \(error)"
            }
    }
}

/// A verdict with the bytes that it came from.
struct Found {
    let verdict: Verdict
    /// What a bundle shows beside it.
    let opened: Opened?
    let node: URL
    let proof: Data
    let lookup: Lookup

    var rank: Int { verdict.rank }
}

/// Asks nodes about one scan, each in its turn, until one shows a fresh record that a quorum signed.
struct Search {
    let client: Client
    let scan: String
    let reading: Reading
    let purpose: Purpose
    let nowMs: @Sendable () -> UInt64
    var failures: [Failure]

    mutating func run(_ nodes: [Node], _ policy: LookupPolicy) async -> Found? {
        var best: Found?
        for node in nodes where best?.rank != bestRank {
            do {
                guard let found = try await one(node, policy) else { continue }
                if best.map({ found.rank > $0.rank }) ?? true { best = found }
            } catch {
                failures.append(Failure(node: node.address, error: error))
            }
        }
        return best
    }

    private mutating func one(_ node: Node, _ policy: LookupPolicy) async throws -> Found? {
        if policy == .bucketOnly { return try await bucket(node) }
        if policy == .bundle { return try judged(node, try await node.bundle(scan, have: client.height()), .bundle) }
        let hidden = policy == .exact ? nil : try await bucketIfGiven(node)
        if let hidden, hidden.rank > 0 { return hidden }
        let exact = try judged(node, try await node.proof(scan, have: client.height()), .exact)
        return exact.rank > 0 ? exact : hidden ?? exact
    }

    private mutating func bucketIfGiven(_ node: Node) async throws -> Found? {
        do {
            return try await bucket(node)
        } catch let refused as TransportError {
            guard case .refused = refused else { throw refused }
            failures.append(Failure(node: node.address, error: refused))
            return nil
        }
    }

    /// The bucket of the scanned pack; a node may ask for a longer prefix while that still hides the pack.
    private mutating func bucket(_ node: Node) async throws -> Found? {
        var bits = fewestBits
        for _ in 0..<mostSteps {
            guard let prefix = client.bucketPrefix(scan: scan, bits: UInt8(bits)), let product = reading.products.first
            else { return nil }
            do {
                let bucket = try await node.bucket(UInt8(bits), prefix, product: product, have: client.height())
                return try judged(node, bucket, .bucket)
            } catch TransportError.refused(let status, "proof.bucket-size", let asked) {
                let wanted = asked ?? bits + stepBits
                guard wanted > bits, wanted <= mostBits else {
                    throw TransportError.refused(status: status, code: "proof.bucket-size", bits: asked)
                }
                bits = wanted
            }
        }
        return nil
    }

    private mutating func judged(_ node: Node, _ proof: Data, _ lookup: Lookup) throws -> Found {
        let policy = Policy(purpose: purpose, mode: .online)
        let (verdict, opened) = try client.judge(scan, proof, nowMs(), policy)
        if verdict.rank < bestRank {
            failures.append(Failure(node: node.address, reason: verdict.reasons.first ?? verdict.axes.trust))
        }
        return Found(verdict: verdict, opened: opened, node: node.address, proof: proof, lookup: lookup)
    }
}

extension Client {
    /// The verdict from a proof, a bucket or a bundle, whichever the bytes say that they are.
    func judge(_ scan: String, _ proof: Data, _ nowMs: UInt64, _ policy: Policy) throws -> (Verdict, Opened?) {
        switch proof.dropFirst(typeAt).first {
        case typeBundle:
            let opened = try verifyBundle(scan: scan, bundle: proof, nowMs: nowMs, policy: policy)
            return (opened.verdict, opened)
        case typeBucket:
            return (try verifyBucket(scan: scan, bucket: proof, nowMs: nowMs, policy: policy), nil)
        default:
            return (try verify(scan: scan, proof: proof, nowMs: nowMs, policy: policy), nil)
        }
    }
}

extension Verdict {
    /// Current before old, and what a quorum signed before what was refused; no node changes what a fork says.
    var rank: Int {
        let isTrusted = axes.trust == "quorum" || axes.trust == "needs-newer-client"
        let isFresh = axes.freshness == "fresh"
        let isNewest = isTrusted && isFresh && !reasons.contains("trust.older-header")
        if axes.trust == "fork" || isNewest { return bestRank }
        return isTrusted ? (isFresh ? 2 : 1) : 0
    }
}

/// The rank of an answer beyond which no node need be asked.
let bestRank = 3
/// All packs of a product.
private let fewestBits = 32
/// With more, a bucket would hide nothing.
private let mostBits = 56
/// How many bits more, where a node does not say.
private let stepBits = 4
/// How often a node is asked for a longer prefix.
private let mostSteps = 7
private let typeAt = 4
private let typeBucket: UInt8 = 7
private let typeBundle: UInt8 = 12
