/// A random number generator with the same results on every machine: Philox 4x64-10 (Salmon, Moraes,
/// Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011).
///
/// A stream is identified by a seed, a name and up to two numbers, e.g. an epoch, which determine all of
/// it: nothing needs to be stored to resume, and streams with different names are independent. The
/// generator is counter-based, so streams cannot overlap.
///
/// ```swift
/// var random = SeededRandom(seed: 1, "order", epoch)
/// let order = random.shuffled(Array(0..<count))
/// ```
public struct SeededRandom: RandomNumberGenerator, Sendable, Hashable {
    /// Name of the generator, for records.
    public static let algorithm = "philox4x64-10"

    private let key: SIMD2<UInt64>
    /// The index of the next block, and the stream's two numbers.
    private var counter: SIMD4<UInt64>
    /// The current block, of which the first ``used`` numbers were returned.
    private var block = SIMD4<UInt64>()
    private var used = 4

    /// Starts the stream of a seed, a name and up to two numbers.
    public init(seed: UInt64, _ name: String, _ first: UInt64 = 0, _ second: UInt64 = 0) {
        key = SIMD2(seed, Self.hash(name))
        counter = SIMD4(0, first, second, 0)
    }

    /// FNV-1a.
    private static func hash(_ name: String) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        if used == 4 {
            block = Self.block(counter, key)
            counter[0] &+= 1
            used = 0
        }
        defer { used += 1 }
        return block[used]
    }

    /// The four numbers of a block.
    static func block(_ counter: SIMD4<UInt64>, _ key: SIMD2<UInt64>) -> SIMD4<UInt64> {
        var (x, k) = (counter, key)
        for round in 0..<10 {
            // Weyl sequences with the golden ratio and √3 - 1.
            if round > 0 { k &+= SIMD2(0x9e37_79b9_7f4a_7c15, 0xbb67_ae85_84ca_a73b) }
            let a = x[0].multipliedFullWidth(by: 0xd2e7_470e_e14c_6c93)
            let b = x[2].multipliedFullWidth(by: 0xca5a_8263_9512_1157)
            x = SIMD4(b.high ^ x[1] ^ k[0], b.low, a.high ^ x[3] ^ k[1], a.low)
        }
        return x
    }

    // MARK: Integers

    /// A uniformly distributed integer in `0..<bound`, which must be at least 1 (Lemire 2019).
    public mutating func below(_ bound: Int) -> Int {
        let bound = UInt64(bound)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }

    /// Shuffles elements uniformly (Fisher and Yates).
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        for last in elements.indices.dropFirst().reversed() {
            elements.swapAt(last, below(last + 1))
        }
    }

    /// The elements in random order.
    public mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var result = elements
        shuffle(&result)
        return result
    }

    // MARK: Real numbers

    /// A uniformly distributed number in [0, 1) with 53 bits, drawn like that of NumPy's
    /// `random()`.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A uniformly distributed number in [0, 1) with 24 bits.
    public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// A uniformly distributed number in [low, high).
    public mutating func uniform(_ low: Float, _ high: Float) -> Float {
        low + (high - low) * uniform()
    }

    /// True with this probability.
    public mutating func chance(_ probability: Float) -> Bool { uniform() < probability }
}
