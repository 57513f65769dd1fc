@_exported import MedProofCore

/// A verdict by what is to be done about it: a `switch` over it names every case.
public enum Answer: Equatable, Sendable {
    /// Registered, proved, current, and nothing speaks against this purpose.
    case ok(Verdict)
    /// Something has to be cleared up first.
    case warn(Verdict)
    /// Not to be taken, sold, given out or taken in; this counts even when it is old.
    case doNotUse(Verdict)
    /// The product is proved not to be in this register: neither good nor bad.
    case unknown(Verdict)
    /// The check failed, or good news is too old: this says nothing about the medicine.
    case cannotTell(Verdict)
}

extension Verdict {
    /// The verdict as one of the five answers. A word that this version does not know is no answer.
    public var answer: Answer {
        switch overall {
        case "ok": .ok(self)
        case "warn": .warn(self)
        case "do-not-use": .doNotUse(self)
        case "unknown": .unknown(self)
        default: .cannotTell(self)
        }
    }
}

extension ClientError {
    /// Core's stable code of what was refused.
    public var code: String {
        switch self {
        case .Malformed(let code): code
        case .Untrusted(let code, _, _): code
        }
    }
}
