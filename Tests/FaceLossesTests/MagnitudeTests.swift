import FaceLosses
import Testing
import Torch

/// Embeddings so large or small that squares or products of them leave the range of float32.
@Suite("Losses of embeddings of any size")
struct MagnitudeTests {
    private static let magnitudes = [
        1e-37, 1e-30, 1e-20, 1e-10, 1e5, 3e9, 1e11, 1e15, 1e18, 1e19, 1e21, 1e30, 1e37,
    ]

    /// Four embeddings of each of two people, and some of others.
    private static func sample(_ magnitude: Double) -> Sample {
        var sample = Sample.random(seed: 62, count: 10, classes: 4, size: 8, magnitude: magnitude)
        sample.labels = [0, 0, 0, 0, 1, 1, 1, 1, 2, 3]
        return sample
    }

    /// A finite loss whose gradient is none would be trained on for a step before anybody notices.
    @Test("never have a finite loss with a gradient that is not", arguments: Losses.all)
    func gradients(_ name: String) throws {
        // Presets differ in numbers alone.
        let magnitudes =
            Losses.names.contains(name) ? Self.magnitudes : [1e-37, 1e-20, 1e11, 1e19, 1e30]
        for magnitude in magnitudes {
            let sample = Self.sample(magnitude)
            let ways: [(HeadOptions?, Kernels)] = [
                (nil, .avx512), (HeadOptions(), .avx512), (HeadOptions(), .libTorch),
            ]
            for (head, kernels) in ways {
                let found = try withKernels(upTo: kernels) {
                    try Evaluation(name, sample, type: .float32, head: head)
                }
                let isFinite = found.gradients.values.joined().allSatisfy(\.isFinite)
                #expect(
                    isFinite || !found.loss.isFinite,
                    "\(name) at \(magnitude), head \(head != nil), \(kernels): \(found.loss)")
            }
        }
    }

    @Test(
        "are what they are in float64",
        arguments: [
            "asoftmax", "asoftmax:grad=exact", "lsoftmax", "lsoftmax:grad=exact", "softmax",
            "probe+range", "probe+range:M=0", "arcface", "magface", "adaface", "triplet",
        ])
    func values(_ name: String) throws {
        for magnitude in [1e5, 3e9, 1e11, 1e15, 1e18] {
            let sample = Self.sample(magnitude)
            let expected = try Evaluation(name, sample)
            for head in [nil, HeadOptions()] {
                let found = try Evaluation(name, sample, type: .float32, head: head)
                let text = "\(name) at \(magnitude), head \(head != nil)"
                expectClose(found.loss / expected.loss, 1, tolerance: 1e-4, text)
                for (key, gradient) in expected.gradients where !gradient.isEmpty {
                    let largest = gradient.map(abs).max() ?? 0
                    guard largest > 1e-30 else { continue }
                    expectClose(
                        (found.gradients[key] ?? []).map { $0 / largest },
                        gradient.map { $0 / largest }, tolerance: 1e-3, columns: 8,
                        "\(text): \(key)")
                }
            }
        }
    }
}
