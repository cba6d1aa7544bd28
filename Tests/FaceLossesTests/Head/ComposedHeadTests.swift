import FaceLosses
import Testing
import Torch

/// The head out of LibTorch's operations, which GPUs use, against the loss composed of tensors.
@Suite("Composed head")
struct ComposedHeadTests {
    private static let large = Sample.random(seed: 71, count: 21, classes: 333, size: 37)

    /// Evaluates with LibTorch's kernels alone.
    private func evaluate(
        _ name: String, _ sample: Sample, _ head: HeadOptions?, fraction: Double = 0.3,
        type: ElementType = .float64
    ) throws -> HeadEvaluation {
        try withKernels(upTo: .libTorch) {
            try HeadEvaluation(name, sample, head, fraction: fraction, type: type)
        }
    }

    @Test("gives in float64 what the loss gives", arguments: MarginHeadTests.losses)
    func float64(_ name: String) throws {
        for sample in [Self.large] + Sample.adversarial {
            let tolerance = sample.name.hasPrefix("angles") ? 1e-11 : 1e-12
            for fraction in MarginHeadTests.fractions(of: sample) {
                expectSame(
                    try evaluate(name, sample, HeadOptions(), fraction: fraction),
                    try evaluate(name, sample, nil, fraction: fraction), tolerance: tolerance,
                    "\(name), \(sample.name), at \(fraction)")
            }
        }
    }

    /// The passes over blocks are another way to the same numbers, sparse gradients included.
    @Test(
        "gives what the processor's passes give, of all classes and of some",
        arguments: ["arcface", "subcenter:k=3", "curricular", "magface", "adacos", "asoftmax"],
        [1, 0.2])
    func passes(_ name: String, _ rate: Double) throws {
        let options = HeadOptions(rate: rate)
        expectSame(
            try evaluate(name, Self.large, options),
            try HeadEvaluation(name, Self.large, options, fraction: 0.3, type: .float64),
            tolerance: 1e-12, "\(name) at a rate of \(rate)")
    }

    @Test("is finite in float32 at the edges", arguments: MarginHeadTests.losses)
    func edges(_ name: String) throws {
        for sample in Sample.adversarial {
            let found = try evaluate(name, sample, HeadOptions(), type: .float32)
            #expect(
                found.loss.isFinite && found.gradients.values.joined().allSatisfy(\.isFinite),
                "\(name), \(sample.name)")
        }
    }

    @Test("adds gradients up", arguments: [1.0, 0.1])
    func accumulation(_ rate: Double) throws {
        let options = HeadOptions(rate: rate)
        let other = Sample.random(seed: 72, count: 21, classes: 333, size: 37)
        let (both, first, second) = try withKernels(upTo: .libTorch) {
            let loss = try HeadEvaluation.make("arcface", Self.large, options, type: .float64)
            func weight(_ sample: Sample) -> [Double] {
                HeadEvaluation(loss, sample, type: .float64).gradients["weight"] ?? []
            }
            func forget() { for entry in loss.state { entry.tensor.gradient = nil } }
            _ = weight(other)
            let both = weight(Self.large)
            forget()
            let first = weight(other)
            forget()
            return (both, first, weight(Self.large))
        }
        expectClose(both, zip(first, second).map(+), tolerance: 1e-12, columns: 37, "sum")
    }
}
