import Processes
import Testing
import Torch

@testable import FaceTraining

@Suite("The sum of gradients")
struct GradientSumTests {
    @Test(
        "is divided into buckets from the last parameter on, each of 4 MiB or its first parameter")
    func buckets() {
        let mebibyte = 1 << 20
        #expect(GradientSum.ranges([]) == [])
        #expect(GradientSum.ranges([4]) == [0..<1])
        #expect(GradientSum.ranges([4, 4, 4]) == [0..<3])
        #expect(
            GradientSum.ranges([1, 5 * mebibyte, 3 * mebibyte, mebibyte, 2 * mebibyte])
                == [2..<5, 1..<2, 0..<1])
        let sizes = (0..<50).map { $0 * 100_000 }
        let ranges = GradientSum.ranges(sizes)
        #expect(ranges.reversed().flatMap { Array($0) } == Array(0..<50))
        for range in ranges.dropLast() {
            #expect(sizes[range].reduce(0, +) >= 4 * mebibyte)
            #expect(sizes[range.dropFirst()].reduce(0, +) < 4 * mebibyte)
        }
    }

    @Test("has each parameter's own, in its shape, and the change of the statistics")
    func alone() throws {
        let parameters = [[2, 3], [5], [700, 2000], [1]].map { Tensor.zeros($0) }
        func derivatives(_ seed: UInt64) -> [Tensor] {
            parameters.enumerated().map { index, parameter in
                let tensor = Tensor.zeros(parameter.shape)
                tensor.fillNormal(standardDeviation: 1, seed: seed * 10 + UInt64(index))
                return tensor
            }
        }
        let sum = GradientSum(
            parameters, statistics: 2, SummationTree(terms: 3), terms: 0..<3, .exact, nil)
        for seed in 1...3 as ClosedRange<UInt64> {
            sum.add(derivatives(seed), Tensor([Float(seed), 0.5]))
        }
        let (gradients, change) = try sum.finish()
        #expect(change.array(of: Float.self) == [6, 1.5])
        for (index, gradient) in gradients.enumerated() {
            let expected = (derivatives(1)[index] + derivatives(2)[index]) + derivatives(3)[index]
            #expect(gradient.shape == parameters[index].shape)
            #expect(gradient.array(of: Float.self) == expected.array(of: Float.self))
        }
        #expect(gradients.count == 4)
    }
}
