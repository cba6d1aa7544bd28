/// SHA-256 (FIPS 180-4): there is no cryptographic library in Swift's toolchain for Linux.
public struct SHA256: Sendable {
    private static let roundConstants: [UInt32] = primes(64).map { fraction($0, root: 3) }
    private static let firstState: [UInt32] = primes(8).map { fraction($0, root: 2) }

    private var state = SHA256.firstState
    private var pending: [UInt8] = []
    private var length: UInt64 = 0

    /// Starts with no bytes.
    public init() {}

    /// Takes bytes in.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        length += UInt64(bytes.count)
        pending += bytes
        var start = 0
        while pending.count - start >= 64 {
            compress(pending[start..<start + 64])
            start += 64
        }
        pending.removeFirst(start)
    }

    /// The digest of the bytes so far, in hexadecimal.
    public func hexDigest() -> String {
        var copy = self
        let bits = length * 8
        copy.update([0x80])
        while copy.pending.count != 56 { copy.update([0]) }
        copy.update((0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) })
        return copy.state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private mutating func compress(_ block: ArraySlice<UInt8>) {
        var words = [UInt32](repeating: 0, count: 64)
        for index in 0..<16 {
            let start = block.startIndex + 4 * index
            words[index] = block[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
        }
        for index in 16..<64 {
            words[index] =
                words[index - 16] &+ Self.mixed(words[index - 15], 7, 18, shift: 3)
                &+ words[index - 7] &+ Self.mixed(words[index - 2], 17, 19, shift: 10)
        }
        var v = state
        for index in 0..<64 {
            let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
            let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
            let first =
                v[7] &+ Self.rotated(v[4], 6, 11, 25) &+ choice
                &+ Self.roundConstants[index] &+ words[index]
            let second = Self.rotated(v[0], 2, 13, 22) &+ majority
            v = [first &+ second, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
        }
        for index in 0..<8 { state[index] &+= v[index] }
    }

    private static func right(_ word: UInt32, _ by: UInt32) -> UInt32 {
        word >> by | word << (32 - by)
    }

    private static func rotated(_ word: UInt32, _ a: UInt32, _ b: UInt32, _ c: UInt32) -> UInt32 {
        right(word, a) ^ right(word, b) ^ right(word, c)
    }

    private static func mixed(
        _ word: UInt32, _ a: UInt32, _ b: UInt32, shift: UInt32
    ) -> UInt32 {
        right(word, a) ^ right(word, b) ^ word >> shift
    }

    private static func primes(_ count: Int) -> [UInt64] {
        var found: [UInt64] = []
        var candidate: UInt64 = 2
        while found.count < count {
            if found.allSatisfy({ candidate % $0 != 0 }) { found.append(candidate) }
            candidate += 1
        }
        return found
    }

    /// The first 32 bits behind the point of a prime's square or cube root, by whole numbers alone.
    private static func fraction(_ prime: UInt64, root: Int) -> UInt32 {
        // The largest r with r^root <= prime * 2^(32 root), found bit by bit.
        var result: UInt64 = 0
        for bit in stride(from: UInt64(35), through: 0, by: -1) {
            let trial = result | 1 << bit
            if isAtMost(trial, prime, root) { result = trial }
        }
        return UInt32(truncatingIfNeeded: result)
    }

    private static func isAtMost(_ value: UInt64, _ prime: UInt64, _ root: Int) -> Bool {
        let limit = UInt128(prime) << (32 * UInt128(root))
        return (0..<root).reduce(UInt128(1)) { product, _ in product * UInt128(value) } <= limit
    }
}
