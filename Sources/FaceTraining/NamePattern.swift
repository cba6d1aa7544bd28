import Spelling
import Torch

/// A pattern over the names of a network's tensors, in which `*` matches any characters and `?` one:
/// `layer1.*`. A pattern that begins with `loss.` matches the loss's tensors, any other the backbone's.
public struct NamePattern: Sendable, Hashable {
    /// The pattern as it was given.
    public let text: String

    /// Creates a pattern from its text.
    public init(_ text: String) {
        self.text = text
    }

    /// Whether it matches a model's tensor, named as in ``Model/state``.
    func matches(_ name: String) -> Bool {
        guard name.hasPrefix("loss.") == text.hasPrefix("loss.") else { return false }
        let backbone = "backbone."
        let name = name.hasPrefix(backbone) ? String(name.dropFirst(backbone.count)) : name
        return Self.matches(Array(text.utf8)[...], Array(name.utf8)[...])
    }

    /// Backtracks to the last `*` if what follows it does not match.
    private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        var (at, place) = (pattern.startIndex, name.startIndex)
        var star: (pattern: Int, name: Int)?
        while place < name.endIndex {
            if at < pattern.endIndex, pattern[at] == UInt8(ascii: "*") {
                star = (at, place)
                at += 1
            } else if at < pattern.endIndex,
                pattern[at] == UInt8(ascii: "?") || pattern[at] == name[place]
            {
                at += 1
                place += 1
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                at = last.pattern + 1
                place = last.name + 1
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

/// A part of a network with its own learning rate: `layer4.*:0.1`.
public struct PartRate: Sendable, Hashable {
    /// Tensors to which the rate applies.
    public let pattern: NamePattern
    /// The learning rate's factor; at least 0.
    public let factor: Double

    /// Allowed factors.
    private static let factors = 0.0...1e6

    /// Reads `PATTERN:FACTOR`; nil for any other text.
    public init?(_ text: String) {
        guard let (sign, factor) = Self.parts(text), Self.factors.contains(factor) else {
            return nil
        }
        pattern = NamePattern(String(text[..<sign]))
        self.factor = factor
    }

    private static func parts(_ text: String) -> (sign: String.Index, factor: Double)? {
        guard let sign = text.lastIndex(of: ":"), sign > text.startIndex,
            let factor = Double(text[text.index(after: sign)...])
        else { return nil }
        return (sign, factor)
    }

    /// Why a text is invalid, as a part of a sentence; nil if it is valid.
    static func fault(_ text: String) -> String? {
        guard let (_, factor) = parts(text) else {
            return "\(quoted: text) must be as in layer4.*:0.1"
        }
        return factors.contains(factor)
            ? nil : "the factor of \(quoted: text) must be a number from 0 to 1000000"
    }
}
