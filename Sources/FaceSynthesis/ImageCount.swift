/// How many images each identity of a set has.
///
/// As JSON: `{"fixed": 16}` or `{"longTail": {"least": 3, "greatest": 40, "exponent": 0.8}}`.
public enum ImageCount: Sendable, Hashable {
    /// The same number for every identity.
    case fixed(Int)
    /// `greatest` for the most frequent identity, decreasing with the rank to the power of
    /// `-exponent`, but at least `least`.
    case longTail(least: Int, greatest: Int, exponent: Float)

    /// The counts of identities, the most frequent first.
    public func counts(identities: Int) -> [Int] {
        switch self {
        case .fixed(let count):
            return [Int](repeating: count, count: max(identities, 0))
        case .longTail(let least, let greatest, let exponent):
            return (0..<max(identities, 0)).map { rank in
                let fraction = PortableMath.power(Float(rank + 1), -exponent)
                return max(least, Int(Float(greatest) * fraction + 0.5))
            }
        }
    }

    func validate() throws(FaceSynthesisError) {
        switch self {
        case .fixed(let count):
            try SyntheticSet.require(1...9_999, count, "imagesPerIdentity.fixed")
        case .longTail(let least, let greatest, let exponent):
            try SyntheticSet.require(1...9_999, least, "imagesPerIdentity.longTail.least")
            try SyntheticSet.require(least...9_999, greatest, "imagesPerIdentity.longTail.greatest")
            try SyntheticSet.require(0...4, exponent, "imagesPerIdentity.longTail.exponent")
        }
    }
}

extension ImageCount: Codable {
    private enum Keys: String, CodingKey, CaseIterable {
        case fixed, longTail
    }

    private enum TailKeys: String, CodingKey, CaseIterable {
        case least, greatest, exponent
    }

    /// Reads a count; one of the two keys must be present.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(Keys.self)
        let container = try decoder.container(keyedBy: Keys.self)
        if let count = try container.decodeIfPresent(Int.self, forKey: .fixed) {
            self = .fixed(count)
            return
        }
        let inner = try container.superDecoder(forKey: .longTail)
        try inner.refuseUnknownKeys(TailKeys.self)
        let tail = try inner.container(keyedBy: TailKeys.self)
        self = .longTail(
            least: try tail.decode(Int.self, forKey: .least),
            greatest: try tail.decode(Int.self, forKey: .greatest),
            exponent: try tail.decode(Float.self, forKey: .exponent))
    }

    /// Writes a count under the key of its kind.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        switch self {
        case .fixed(let count):
            try container.encode(count, forKey: .fixed)
        case .longTail(let least, let greatest, let exponent):
            var tail = container.nestedContainer(keyedBy: TailKeys.self, forKey: .longTail)
            try tail.encode(least, forKey: .least)
            try tail.encode(greatest, forKey: .greatest)
            try tail.encode(exponent, forKey: .exponent)
        }
    }
}

/// Any key of a keyed container.
private struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Decoder {
    /// Throws ``FaceSynthesisError/unknownKey(_:allowed:)`` for the first key, in alphabetical
    /// order, that is not in `Keys`.
    func refuseUnknownKeys<Keys: CodingKey & CaseIterable>(_ keys: Keys.Type) throws {
        let allowed = keys.allCases.map(\.stringValue)
        let present = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue).sorted()
        if let stranger = present.first(where: { !allowed.contains($0) }) {
            throw FaceSynthesisError.unknownKey(stranger, allowed: allowed)
        }
    }
}
