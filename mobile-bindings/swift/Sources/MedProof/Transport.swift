import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// How a node is reached. What it sends is bytes; nothing here believes them.
public protocol Transport: Sendable {
    /// The body of an answer with status 200. With a `body`, which is JSON, the question is a POST.
    func ask(_ address: URL, body: Data?) async throws -> Data
}

/// Why a node gave nothing that could be checked.
public enum TransportError: Error, Equatable {
    /// The node said no: by a status, and perhaps by a stable code and the bits that a prefix should have.
    case refused(status: Int, code: String?, bits: Int?)
    case tooLong(Int)
}

/// The platform's HTTP client, without cookies, cache and redirects: a node that sends the client
/// elsewhere would choose who learns what is asked.
public final class HttpTransport: NSObject, Transport, URLSessionTaskDelegate {
    private let timeoutSeconds: Double

    public init(timeoutSeconds: Double = 4) {
        self.timeoutSeconds = timeoutSeconds
    }

    public func ask(_ address: URL, body: Data?) async throws -> Data {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = timeoutSeconds
        configuration.timeoutIntervalForResource = timeoutSeconds
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        var request = URLRequest(url: address)
        if let body {
            request.httpMethod = "POST"
            request.httpBody = body
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let (answer, response) = try await session.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard status == 200 else { throw refusal(status, answer) }
        guard answer.count <= maxBytes else { throw TransportError.tooLong(answer.count) }
        return answer
    }

    /// A refusal without a document, or with one that cannot be read, is a refusal.
    private func refusal(_ status: Int, _ document: Data) -> TransportError {
        let isShort = document.count <= maxRefusalBytes
        let problem = isShort ? try? JSONDecoder().decode(Problem.self, from: document) : nil
        return .refused(status: status, code: problem?.type, bits: problem?.bits)
    }

    private struct Problem: Decodable {
        let type: String
        let bits: Int?
    }

    public func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}

/// The open paths of one node.
struct Node: Sendable {
    let address: URL
    let transport: any Transport

    /// What leads from a height and log size to the newest header.
    func update(from height: UInt64, size: UInt64) async throws -> Data {
        try await ask("v1/updates", "from=\(height)&size=\(size)")
    }

    /// A proof about one scan, for a client that knows the headers up to a height.
    func proof(_ scan: String, have height: UInt64) async throws -> Data {
        try await ask("v1/proofs", "code=\(encoded(scan))&have=\(height)")
    }

    /// One proof about several scans.
    func proofs(_ scans: [String], have height: UInt64) async throws -> Data {
        try await ask("v1/proofs", nil, body: JSONEncoder().encode(Question(codes: scans, have: height)))
    }

    /// All packs of a product (scheme, colon, code) under a prefix.
    func bucket(_ bits: UInt8, _ prefix: Data, product: String, have height: UInt64) async throws -> Data {
        let digits = prefix.map { String(format: "%02x", $0) }.joined().prefix((Int(bits) + 3) / 4)
        return try await ask("v1/buckets/\(bits)/\(digits)", "product=\(encoded(product))&have=\(height)")
    }

    /// A proof about one scan with names and timeline.
    func bundle(_ scan: String, have height: UInt64) async throws -> Data {
        try await ask("v1/bundles", "code=\(encoded(scan))&have=\(height)")
    }

    private struct Question: Encodable {
        let codes: [String]
        let have: UInt64
    }

    private func ask(_ path: String, _ query: String?, body: Data? = nil) async throws -> Data {
        var parts = URLComponents(url: address.appendingPathComponent(path), resolvingAgainstBaseURL: false)
        parts?.percentEncodedQuery = query
        return try await transport.ask(parts?.url ?? address, body: body)
    }

    private func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }
}

private let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
private let maxBytes = 16 * 1_024 * 1_024
private let maxRefusalBytes = 64 * 1_024
