import SafeNumbers
import Testing

@Suite("Numbers in single precision are stored with the lowest byte first")
struct LittleEndianTests {
    // 1 is 0x3f800000, the smallest number above it 0x3f800001, -2 is 0xc0000000 (IEEE 754).
    private let numbers: [Float] = [1, Float(1).nextUp, -2, -.infinity]
    private let bytes: [UInt8] = [0, 0, 128, 63, 1, 0, 128, 63, 0, 0, 0, 192, 0, 0, 128, 255]

    @Test("Numbers become bytes, and bytes numbers")
    func bothWays() {
        #expect([UInt8](littleEndian: numbers) == bytes)
        #expect([Float](littleEndian: bytes) == numbers)
        #expect([UInt8](littleEndian: []).isEmpty)
        #expect([Float](littleEndian: [UInt8]()).isEmpty)
    }

    @Test("Every bit of NaN and of zeros survives")
    func bits() {
        let patterns: [UInt32] = [0x7fc0_1234, 0xffa0_0001, 0x8000_0000, 0x0000_0001]
        let stored = [UInt8](littleEndian: patterns.map { Float(bitPattern: $0) })
        #expect([Float](littleEndian: stored).map(\.bitPattern) == patterns)
    }

    @Test("Bytes may begin anywhere, and the rest of a cut number is left out", arguments: 0..<4)
    func unaligned(shift: Int) {
        let padded = [UInt8](repeating: 7, count: shift) + bytes
        padded.withUnsafeBytes { all in
            let shifted = UnsafeRawBufferPointer(rebasing: all[shift...])
            #expect([Float](littleEndian: shifted) == numbers)
            let cut = UnsafeRawBufferPointer(rebasing: shifted[..<(15 - shift)])
            #expect([Float](littleEndian: cut) == Array(numbers[..<3]))
        }
    }
}
