/// SHA-256 (FIPS 180-4): there is no cryptographic library in Swift's toolchain for Linux.
public struct SHA256: Sendable {
    private static let roundConstants: [UInt32] = primes(64).map { fraction($0, root: 3) }
    private static let firstState: [UInt32] = primes(8).map { fraction($0, root: 2) }

    private var state = SHA256.firstState
    /// The bytes of the last block, while it is incomplete.
    private var pending: [UInt8] = []
    private var length: UInt64 = 0

    /// Starts with no bytes.
    public init() {}

    /// Takes bytes in.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        let isDone: Void? = bytes.withContiguousStorageIfAvailable {
            take(UnsafeRawBufferPointer($0))
        }
        if isDone == nil { Array(bytes).withUnsafeBytes { take($0) } }
    }

    /// The digest of the bytes so far, in hexadecimal.
    public func hexDigest() -> String {
        var copy = self
        let bits = length * 8
        let zeros = (119 - pending.count) % 64
        copy.update([0x80] + [UInt8](repeating: 0, count: zeros))
        copy.update((0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) })
        return copy.state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer) {
        length += UInt64(bytes.count)
        var rest = bytes[...]
        if !pending.isEmpty {
            let missing = rest.prefix(64 - pending.count)
            pending += missing
            rest = rest.dropFirst(missing.count)
            guard pending.count == 64 else { return }
            pending.withUnsafeBytes { Self.compress($0, into: &state) }
            pending.removeAll(keepingCapacity: true)
        }
        let whole = rest.count / 64 * 64
        Self.compress(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)), into: &state)
        pending += rest.dropFirst(whole)
    }

    /// Compresses whole blocks; takes no memory but its 64 words on the stack.
    private static func compress(_ blocks: UnsafeRawBufferPointer, into state: inout [UInt32]) {
        roundConstants.withUnsafeBufferPointer { constants in
            state.withUnsafeMutableBufferPointer { state in
                withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
                    words.initialize(repeating: 0)
                    for start in stride(from: 0, to: blocks.count, by: 64) {
                        expand(blocks, start, into: words)
                        turn(words, constants, state)
                    }
                }
            }
        }
    }

    /// The message schedule of the block that begins at a place.
    private static func expand(
        _ blocks: UnsafeRawBufferPointer, _ start: Int,
        into words: UnsafeMutableBufferPointer<UInt32>
    ) {
        for index in 0..<16 {
            let word = blocks.loadUnaligned(fromByteOffset: start + 4 * index, as: UInt32.self)
            words[index] = UInt32(bigEndian: word)
        }
        for index in 16..<64 {
            words[index] =
                words[index - 16] &+ mixed(words[index - 15], 7, 18, shift: 3)
                &+ words[index - 7] &+ mixed(words[index - 2], 17, 19, shift: 10)
        }
    }

    /// The 64 rounds of a block.
    private static func turn(
        _ words: UnsafeMutableBufferPointer<UInt32>, _ constants: UnsafeBufferPointer<UInt32>,
        _ state: UnsafeMutableBufferPointer<UInt32>
    ) {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in 0..<64 {
            let choice = (e & f) ^ (~e & g)
            let majority = (a & b) ^ (a & c) ^ (b & c)
            let first = h &+ rotated(e, 6, 11, 25) &+ choice &+ constants[index] &+ words[index]
            let second = rotated(a, 2, 13, 22) &+ majority
            (h, g, f, e) = (g, f, e, d &+ first)
            (d, c, b, a) = (c, b, a, first &+ second)
        }
        state[0] &+= a
        state[1] &+= b
        state[2] &+= c
        state[3] &+= d
        state[4] &+= e
        state[5] &+= f
        state[6] &+= g
        state[7] &+= h
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
