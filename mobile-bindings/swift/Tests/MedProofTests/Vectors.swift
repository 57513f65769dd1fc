import Foundation
import MedProof

/// A value as the shared vectors write it.
enum JSON: Equatable, Decodable {
    case null
    case bool(Bool)
    case number(Int64)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    init(from decoder: Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let flag = try? value.decode(Bool.self) {
            self = .bool(flag)
        } else if let number = try? value.decode(Int64.self) {
            self = .number(number)
        } else if let list = try? value.decode([JSON].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    subscript(name: String) -> JSON {
        if case .object(let fields) = self { fields[name] ?? .null } else { .null }
    }

    var string: String? {
        if case .text(let text) = self { text } else { nil }
    }

    var items: [JSON] {
        if case .list(let items) = self { items } else { [] }
    }
}

/// A case of the vectors, by the names in `tests/VECTORS.md`.
extension JSON {
    func text(_ name: String) -> String { self[name].string ?? "" }

    func bytes(_ name: String) -> Data { self[name].data }

    var data: Data { Data(base64Encoded: string ?? "") ?? Data() }

    var nowMs: UInt64 { UInt64(text("now_ms")) ?? 0 }

    /// The client that the case starts from.
    func client() throws -> Client {
        self["have"] == .null
            ? try Client(anchor: bytes("anchor")) : try Client.resume(anchor: bytes("anchor"), memory: bytes("have"))
    }

    /// The same client after the case's updates, which must succeed.
    func clientAfterUpdates() throws -> Client {
        let client = try client()
        for update in self["updates"].items { _ = try client.advance(update: update.data, nowMs: nowMs) }
        return client
    }

    func policy() -> Policy {
        let policy = self["policy"]
        let limit = { (name: String) in policy[name].string.flatMap { UInt64($0) } }
        let purposes: [String: Purpose] = [
            "holder": .holder, "buyer": .buyer, "dispenser": .dispenser, "receiver": .receiver,
        ]
        return Policy(
            purpose: purposes[policy.text("purpose")]!,
            mode: policy.text("mode") == "online" ? .online : .carried,
            maxAgeOnlineMs: limit("max_age_online_ms"),
            maxAgeCarriedMs: limit("max_age_carried_ms"),
            clockToleranceMs: limit("clock_tolerance_ms"))
    }
}

enum Vectors {
    static let checkout = URL(fileURLWithPath: ProcessInfo.processInfo.environment["MEDPROOF_CHECKOUT"] ?? ".")

    static var folder: URL { checkout.appendingPathComponent("tests/vectors") }

    static func cases(_ file: String) throws -> [JSON] {
        let content = try JSONDecoder().decode(JSON.self, from: Data(contentsOf: folder.appendingPathComponent(file)))
        precondition(content.text("format") == "medproof vectors 0", "\(file) is of another format")
        return content["cases"].items
    }

    /// Tells `cargo xtask` which cases ran.
    static func report(_ name: String, _ count: Int) {
        print("  \(name): \(count) cases")
        guard let path = ProcessInfo.processInfo.environment["MEDPROOF_SUITE_REPORT"],
            let file = FileHandle(forWritingAtPath: path)
        else { return }
        file.seekToEndOfFile()
        file.write(Data("suite\t\(name) in Swift\t\(count)\n".utf8))
        try? file.close()
    }
}

/// A value as the vectors write it: records field by field, numbers of 64 bits as decimal strings.
func plain(_ value: Any) -> JSON {
    switch value {
    case let text as String: return .text(text)
    case let flag as Bool: return .bool(flag)
    case let number as UInt64: return .text(String(number))
    case let number as UInt32: return .number(Int64(number))
    case let number as UInt16: return .number(Int64(number))
    case let number as Int16: return .number(Int64(number))
    case let number as UInt8: return .number(Int64(number))
    default: return structured(Mirror(reflecting: value))
    }
}

private func structured(_ mirror: Mirror) -> JSON {
    switch mirror.displayStyle {
    case .optional: return mirror.children.first.map { plain($0.value) } ?? .null
    case .collection: return .list(mirror.children.map { plain($0.value) })
    default:
        let fields = mirror.children.map { (snakeCase($0.label ?? ""), plain($0.value)) }
        return .object(Dictionary(uniqueKeysWithValues: fields))
    }
}

private func snakeCase(_ name: String) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
}

/// The answer, or the problem that stands in its place.
func attempt(_ answer: () throws -> JSON) -> JSON {
    do {
        return try answer()
    } catch ClientError.Malformed(let code) {
        return plain(Problem(code: code, expected: nil, found: nil))
    } catch ClientError.Untrusted(let code, let expected, let found) {
        return plain(Problem(code: code, expected: expected, found: found))
    } catch {
        return .text("thrown: \(error)")
    }
}
