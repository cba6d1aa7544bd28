import Foundation
import Testing
import Torch

@Suite("Angles between vectors")
struct AngleTests {
    private static let kernels = Kernels.allCases.filter { $0 <= .best }
    /// No multiple of any vector's length.
    private static let size = 37

    /// Two directions that are perpendicular, of random components.
    private func frame(seed: UInt64) -> (first: [Double], second: [Double]) {
        let drawn = Tensor.zeros([2, Self.size], type: .float64)
        drawn.fillNormal(deviation: 1, seed: seed)
        let all: [Double] = drawn.array()
        let first = unit(Array(all[..<Self.size]))
        let rest = Array(all[Self.size...])
        let along = dot(rest, first)
        return (first, unit(zip(rest, first).map { $0 - along * $1 }))
    }

    private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map(*).reduce(0, +) }
    private func unit(_ a: [Double]) -> [Double] {
        let length = dot(a, a).squareRoot()
        return a.map { $0 / length }
    }

    private func angles(
        _ first: [[Double]], _ second: [[Double]], type: ElementType = .float64,
        kernels: Kernels
    ) -> (angles: [Double], first: [Double], second: [Double]) {
        withKernels(upTo: kernels) {
            let shape = [first.count, first[0].count]
            let a = Tensor(first.flatMap(\.self), shape: shape).to(type).withGradient()
            let b = Tensor(second.flatMap(\.self), shape: shape).to(type).withGradient()
            let result = a.angles(to: b)
            result.sum().backward()
            return (result.array(), a.gradient?.array() ?? [], b.gradient?.array() ?? [])
        }
    }

    @Test("are precise from 0 to π, with gradients of length 1", arguments: kernels)
    func precision(_ kernels: Kernels) {
        let (first, second) = frame(seed: 1)
        let expected = [1e-7, 1e-5, 1e-3, 0.5, 1.5, 2.5, .pi - 1e-3, .pi - 1e-5, .pi - 1e-7]
        let turned = expected.map { angle in
            zip(first, second).map { cos(angle) * $0 + sin(angle) * $1 }
        }
        let found = angles(expected.map { _ in first }, turned, kernels: kernels)
        for (i, angle) in expected.enumerated() {
            #expect(abs(found.angles[i] - angle) < 2e-15, "\(angle)")
            let row = i * Self.size..<(i + 1) * Self.size
            // Away from the other vector, along the great circle through both.
            let away = second.map { -$0 }
            let beyond = zip(first, second).map { -sin(angle) * $0 + cos(angle) * $1 }
            for (gradient, direction) in [(found.first[row], away), (found.second[row], beyond)] {
                let error = zip(gradient, direction).map { abs($0 - $1) }.max() ?? 1
                #expect(error < 1e-8, "\(angle): \(error)")
            }
        }
    }

    @Test("are 0 and π exactly, and 90 degrees of zeros, without a gradient", arguments: kernels)
    func edges(_ kernels: Kernels) {
        let (first, _) = frame(seed: 2)
        let zeros = first.map { _ in 0.0 }
        for type in [ElementType.float32, .float64] {
            let found = angles(
                [first, first, zeros, first, zeros],
                [first, first.map { -$0 }, first, zeros, zeros],
                type: type, kernels: kernels)
            #expect(found.angles[0] == 0 && found.angles[1] == Double.pi)
            for angle in found.angles[2...] { #expect(angle == (Double.pi / 2).nextUp) }
            #expect((found.first + found.second).allSatisfy { $0 == 0 })
        }
        let spoiled = angles([[.nan, 1]], [[1, 0]], kernels: kernels)
        #expect(spoiled.angles[0].isNaN)
    }

    @Test("of float32 are those of its numbers, computed in float64", arguments: kernels)
    func float32(_ kernels: Kernels) {
        let (a, b) = ([1.0, 1e-4, 0], [1.0, 0, 0])
        let found = angles([a], [b], type: .float32, kernels: kernels)
        #expect(abs(found.angles[0] - atan2(Double(Float(1e-4)), 1)) < 1e-15)
        #expect(abs(found.first[1] - 1) < 1e-6 && abs(found.second[1] + 1) < 1e-6)
    }
}
