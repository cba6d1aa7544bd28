import Foundation
import SafeFiles
import Testing

@Suite struct CRC32CTests {
    /// The test vectors of RFC 3720, appendix B.4, and the usual check value.
    private static let vectors: [(bytes: [UInt8], sum: UInt32)] = [
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
        ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
        ((0..<32).map { UInt8($0) }, 0x46DD_794E),
        ((0..<32).map { UInt8(31 - $0) }, 0x113F_DB5C),
        (
            [
                0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 4, 0, 0,
                0, 0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
            ], 0xD996_3A56
        ),
        (Array("123456789".utf8), 0xE306_9283), ([], 0),
    ]

    @Test(arguments: 0..<vectors.count)
    func publishedVectors(_ index: Int) {
        let (bytes, sum) = Self.vectors[index]
        #expect(CRC32C.checksum(of: Data(bytes)) == sum)
    }

    /// The definition, a bit at a time.
    private func naive(_ bytes: [UInt8]) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
        }
        return ~sum
    }

    @Test func everyLengthAndEverySplit() {
        let bytes = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
        for length in 0...40 {
            #expect(
                CRC32C.checksum(of: Data(bytes.prefix(length))) == naive(bytes.prefix(length) + []))
        }
        let whole = CRC32C.checksum(of: Data(bytes))
        for cut in stride(from: 0, through: 200, by: 7) {
            let first = CRC32C.checksum(of: Data(bytes[..<cut]))
            #expect(CRC32C.checksum(of: Data(bytes[cut...]), continuing: first) == whole)
        }
    }
}
