import Foundation

/// What a person is told about one code; a sentence that could not be filled in is empty.
public struct Message: Equatable, Sendable {
    public let code: String
    public let title: String
    public let detail: String
    public let next: String
    public let severity: String
}

/// The message catalogue in one language, `en` or `zh-Hans`.
public struct Messages: Sendable {
    private struct Texts: Decodable, Sendable {
        let title, detail, next, severity: String
    }

    private let catalogue: [String: Texts]

    public init(language: String) throws {
        let name = "Messages/\(language)"
        guard let file = Bundle.module.url(forResource: name, withExtension: "json") else {
            throw CocoaError(.fileNoSuchFile)
        }
        catalogue = try JSONDecoder().decode([String: Texts].self, from: Data(contentsOf: file))
    }

    /// What is said about a verdict: the overall answer, each reason, and what the check cannot show.
    public func explain(_ verdict: Verdict, purpose: Purpose, reading: Reading? = nil) -> [Message] {
        var codes = ["overall.\(verdict.overall).\(purpose)"] + verdict.reasons
        switch verdict.answer {
        case .ok, .warn: codes.append("not-proved.copy")
        case .doNotUse, .unknown, .cannotTell: break
        }
        return codes.compactMap { message($0, values(verdict, reading)) }
    }

    /// What is said where no node answered: that the check could not be made, and nothing about the pack.
    public func noAnswer(purpose: Purpose) -> [Message] {
        [message("overall.cannot-tell.\(purpose)")].compactMap { $0 }
    }

    /// "Did you get it about then?", for a holder whose pack was given out on that day.
    public func question(day: UInt32) -> Message? {
        message("question.got-it-then", ["day": Self.date(day)])
    }

    /// The message of one code; of a code that this version does not know, that of the family that has one.
    public func message(_ code: String, _ values: [String: String] = [:]) -> Message? {
        var key = Substring(code)
        while true {
            if let texts = catalogue[String(key)] {
                let filled = { Self.filled($0, values) }
                return Message(
                    code: code, title: filled(texts.title), detail: filled(texts.detail), next: filled(texts.next),
                    severity: texts.severity)
            }
            guard let dot = key.lastIndex(of: ".") else { return nil }
            key = key[..<dot]
        }
    }

    /// A length of time in words, rounded down.
    public func age(ms: UInt64) -> String {
        let units: [(String, UInt64)] = [("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000)]
        let (unit, length) = units.first { ms >= $0.1 } ?? ("second", 1_000)
        let count = ms / length
        return message(count == 1 ? "age.\(unit)" : "age.\(unit)s", ["count": String(count)])?.title ?? ""
    }

    private func values(_ verdict: Verdict, _ reading: Reading?) -> [String: String] {
        let axes = verdict.axes
        let values: [String: String?] = [
            "age": axes.ageMs.map(age),
            "height": axes.height.map { String($0) },
            "expected": axes.problem?.expected.map { String($0) },
            "found": axes.problem?.found.map { String($0) },
            "lot_ledger": axes.lotLedger,
            "expiry_ledger": axes.expiryDay.map(Self.date),
            "day": axes.sinceDay.map(Self.date),
            "lot_pack": reading?.lot,
            "expiry_pack": reading?.expiryDay.map(Self.date),
        ]
        return values.compactMapValues { $0 }
    }

    /// A text of which a placeholder stays open says nothing: it is left out.
    private static func filled(_ text: String, _ values: [String: String]) -> String {
        var result = ""
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            guard let value = values[String(rest[rest.index(after: open)..<close])] else { return "" }
            result += rest[..<open] + value
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    /// A day counted from 1970-01-01, as a date.
    private static func date(_ day: UInt32) -> String {
        let format = DateFormatter()
        format.calendar = Calendar(identifier: .gregorian)
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "yyyy-MM-dd"
        return format.string(from: Date(timeIntervalSince1970: Double(day) * 86_400))
    }
}
