import Foundation

/// Where a client's memory is kept: storage that only the application can write.
public protocol Memory: Sendable {
    /// What was saved last, or nothing on the first start.
    func load() throws -> Data?
    /// Keeps it through a restart. The answer is shown after this has returned.
    func save(_ memory: Data) throws
}

/// A file, replaced as a whole so that a crash leaves the old one or the new one.
public struct FileMemory: Memory {
    private let file: URL

    public init(file: URL) {
        self.file = file
    }

    public func load() throws -> Data? {
        FileManager.default.fileExists(atPath: file.path) ? try Data(contentsOf: file) : nil
    }

    public func save(_ memory: Data) throws {
        try memory.write(to: file, options: .atomic)
    }
}
