import Foundation
import Testing
import Torch

@Suite("Sobol sequences")
struct SobolSequenceTests {
    private struct Golden: Decodable {
        var count: Int
        var dimension: Int
        var seed: UInt64
        var points: [[Double]]
    }

    @Test("are those of PyTorch's engine, bit for bit")
    func golden() throws {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/sobol", withExtension: "json"))
        let cases = try JSONDecoder().decode([Golden].self, from: Data(contentsOf: url))
        #expect(cases.count == 4)
        for golden in cases {
            let points = SobolSequence.points(
                golden.count, dimension: golden.dimension, seed: golden.seed)
            #expect(points == golden.points, "\(golden.dimension) dimensions")
        }
    }

    @Test("begin alike whatever their length, and each coordinate halves the line evenly")
    func prefixes() {
        let long = SobolSequence.points(64, dimension: 8, seed: 0)
        #expect(SobolSequence.points(5, dimension: 8, seed: 0) == Array(long.prefix(5)))
        #expect(SobolSequence.points(0, dimension: 8, seed: 0).isEmpty)
        for coordinate in 0..<8 {
            // Of 64 points, one is in each of 64 parts.
            let parts = Set(long.map { Int($0[coordinate] * 64) })
            #expect(parts == Set(0..<64))
        }
    }
}
