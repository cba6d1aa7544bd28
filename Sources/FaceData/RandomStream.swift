/// A stream of random numbers that is the same on every machine.
///
/// It is named: the seed, the name and an index (an epoch, say) decide about all of it, so that no
/// state needs to be stored to go on from any place. The generator is SplitMix64 (Steele, Lea and
/// Flood 2014).
public struct RandomStream: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts a stream.
    public init(seed: UInt64, name: String, index: UInt64 = 0) {
        // FNV-1a keeps streams of different names apart.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        state = Self.mixed(Self.mixed(seed &+ 0x9e37_79b9_7f4a_7c15) ^ hash)
        state = Self.mixed(state &+ index &* 0xd134_2543_de82_ef95)
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// 64 random bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return Self.mixed(state)
    }

    /// A whole number from 0 to below `bound`, all equally likely (Lemire 2019).
    public mutating func below(_ bound: Int) -> Int {
        let bound = UInt64(bound)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }

    /// The elements in random order (Fisher and Yates).
    public mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var result = elements
        for position in result.indices.dropFirst().reversed() {
            result.swapAt(position, below(position + 1))
        }
        return result
    }
}
