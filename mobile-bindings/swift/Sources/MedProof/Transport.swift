import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// How a node is reached. What it sends is bytes; nothing here believes them.
public protocol Transport: Sendable {
    /// The body of an answer with status 200.
    func get(_ address: URL) async throws -> Data
}

/// Why a node gave nothing that could be checked.
public enum TransportError: Error, Equatable {
    case status(Int)
    case tooLong(Int)
}

/// The platform's HTTP client, without cookies, cache and redirects: a node that sends the client
/// elsewhere would choose who learns what is asked.
public final class HttpTransport: NSObject, Transport, URLSessionTaskDelegate {
    private let timeoutSeconds: Double

    public init(timeoutSeconds: Double = 4) {
        self.timeoutSeconds = timeoutSeconds
    }

    public func get(_ address: URL) async throws -> Data {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = timeoutSeconds
        configuration.timeoutIntervalForResource = timeoutSeconds
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        let (body, response) = try await session.data(from: address)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard status == 200 else { throw TransportError.status(status) }
        guard body.count <= maxBytes else { throw TransportError.tooLong(body.count) }
        return body
    }

    public func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}

private let maxBytes = 16 * 1_024 * 1_024
