import FaceLosses
import Testing
import Torch

/// The head against the loss composed of tensors, which has its own oracles.
@Suite("Margin head")
struct MarginHeadTests {
    /// Every loss of angles, with every preset and the switches that change what is computed.
    static let losses =
        LossCatalogue.all.filter { $0 is any AngularMarginLoss.Type }.map { $0.descriptor }
        .flatMap { [$0.name] + $0.presets.map(\.name) } + [
            "arcface:fallback=clamp,grad=exact", "asoftmax:grad=exact", "sphereface-r:version=v2",
            "normface:learn=no", "subcenter:k=2,grad=exact", "adaface:grad=exact",
            "magface:grad=exact",
        ]
    private static let full = HeadOptions()

    /// Several blocks of classes, and columns that fill no vector.
    private static let large = Sample.random(seed: 71, count: 21, classes: 333, size: 37)

    @Test("knows the angular-margin losses")
    func list() {
        #expect(Self.losses.contains("curricular") && Self.losses.contains("adacos"))
        #expect(Self.losses.count >= 20)
    }

    /// The parts of a run at which a sample is evaluated: what changes in its course is seen by the large
    /// sample, and by all angles.
    static func fractions(of sample: Sample) -> [Double] {
        if sample.classes > 5 { return [0, 0.3, 0.99] }
        return sample.name.hasPrefix("angles") ? [0.3, 0.99] : [0.99]
    }

    @Test("gives in float64 what the loss gives", arguments: losses)
    func float64(_ name: String) throws {
        for sample in [Self.large] + Sample.adversarial {
            // At angles near 0 the exact gradient divides by sinθ, and rounding with it.
            let tolerance = sample.name.hasPrefix("angles") ? 1e-11 : 1e-12
            for fraction in Self.fractions(of: sample) {
                let found = try HeadEvaluation(
                    name, sample, Self.full, fraction: fraction, type: .float64)
                let expected = try HeadEvaluation(
                    name, sample, nil, fraction: fraction, type: .float64)
                expectSame(
                    found, expected, tolerance: tolerance,
                    "\(name), \(sample.name), at \(fraction)")
            }
        }
    }

    /// A cosine is rounded by 6e-8, so with a scale of 64 a logit by 4e-6, in either way of computing.
    @Test("gives in float32 what the loss gives", arguments: losses)
    func float32(_ name: String) throws {
        for seed in 81...82 as ClosedRange<UInt64> {
            let sample = Sample.random(seed: seed, count: 30, classes: 300, size: 64)
            let found = try HeadEvaluation(name, sample, Self.full, type: .float32)
            let expected = try HeadEvaluation(name, sample, nil, type: .float32)
            let tolerance = 1e-6 * max(1, (expected.state[.scale] ?? 1) / 32)
            expectSame(found, expected, tolerance: tolerance, "\(name), seed \(seed)")
        }
    }

    @Test("is in float32 as near to float64 as the loss", arguments: losses)
    func truth(_ name: String) throws {
        let sample = Sample.random(seed: 85, count: 30, classes: 300, size: 64)
        let found = try HeadEvaluation(name, sample, Self.full, type: .float32)
        let composed = try HeadEvaluation(name, sample, nil, type: .float32)
        let truth = try HeadEvaluation(name, sample, nil, type: .float64)
        for key in ["embeddings", "weight"] {
            let allowed = max(1e-6, 2 * composed.error(of: key, from: truth))
            #expect(found.error(of: key, from: truth) < allowed, "\(name), \(key)")
        }
    }

    @Test("is finite in float32 at the edges", arguments: losses)
    func edges(_ name: String) throws {
        for sample in Sample.adversarial {
            let found = try HeadEvaluation(name, sample, Self.full, type: .float32)
            #expect(
                found.loss.isFinite && found.gradients.values.joined().allSatisfy(\.isFinite),
                "\(name), \(sample.name)")
        }
    }

    @Test("hands on what is not finite", arguments: [Double.nan, .infinity])
    func notFinite(_ value: Double) throws {
        var sample = Self.large
        sample.embeddings[3][5] = value
        let found = try HeadEvaluation("arcface", sample, Self.full, type: .float32)
        #expect(!found.loss.isFinite)
    }

    @Test("computes alike with one thread and with several")
    func threads() throws {
        let one = try LibTorch.withThreads(1) {
            try HeadEvaluation("curricular", Self.large, Self.full, type: .float64)
        }
        let three = try LibTorch.withThreads(3) {
            try HeadEvaluation("curricular", Self.large, Self.full, type: .float64)
        }
        expectSame(one, three, tolerance: 1e-12, "threads")
    }

    @Test("uses its memory again without a trace of the step before")
    func memory() throws {
        let other = Sample.random(seed: 72, count: 21, classes: 333, size: 37)
        let loss = try HeadEvaluation.make("arcface", Self.large, Self.full, type: .float64)
        _ = HeadEvaluation(loss, other, type: .float64)
        for entry in loss.state { entry.tensor.gradient = nil }
        let again = HeadEvaluation(loss, Self.large, type: .float64)
        let fresh = try HeadEvaluation("arcface", Self.large, Self.full, type: .float64)
        #expect(again.gradients == fresh.gradients && again.loss == fresh.loss)
    }

    @Test("adds gradients up", arguments: [1.0, 0.1])
    func accumulation(_ rate: Double) throws {
        let head = HeadOptions(rate: rate)
        let other = Sample.random(seed: 72, count: 21, classes: 333, size: 37)
        let loss = try HeadEvaluation.make("arcface", Self.large, head, type: .float64)
        _ = HeadEvaluation(loss, other, type: .float64)
        let both = HeadEvaluation(loss, Self.large, type: .float64).gradients["weight"] ?? []
        for entry in loss.state { entry.tensor.gradient = nil }
        let first = HeadEvaluation(loss, other, type: .float64).gradients["weight"] ?? []
        for entry in loss.state { entry.tensor.gradient = nil }
        let second = HeadEvaluation(loss, Self.large, type: .float64).gradients["weight"] ?? []
        expectClose(both, zip(first, second).map(+), tolerance: 1e-12, columns: 37, "sum")
    }

    @Test("multiplies in bfloat16 near to what it does in float32")
    func bfloat16() throws {
        let sample = Sample.random(seed: 91, count: 21, classes: 333, size: 65)
        for name in ["arcface", "subcenter", "asoftmax"] {
            let found = try HeadEvaluation(
                name, sample, HeadOptions(precision: .bfloat16), type: .float32)
            let expected = try HeadEvaluation(name, sample, nil, type: .float32)
            expectClose(found.loss, expected.loss, tolerance: 5e-3, name)
            for (key, gradient) in expected.gradients {
                let largest = gradient.map(abs).max() ?? 0
                expectClose(
                    (found.gradients[key] ?? []).map { $0 / largest },
                    gradient.map { $0 / largest }, tolerance: 5e-2, columns: 65,
                    "\(name): \(key)")
            }
            if LibTorch.hasBFloat16Instructions { #expect(found.loss != expected.loss) }
        }
    }

    @Test("changes nothing that a loss remembers when nothing is differentiated")
    func evaluation() throws {
        let loss = try HeadEvaluation.make("adacos", Self.large, Self.full, type: .float64)
        func scale() -> [Double] { loss.state.last?.tensor.array() ?? [] }
        let before = scale()
        withoutGradients {
            let embeddings = Tensor(
                Self.large.embeddings.flatMap(\.self), shape: [21, 37])
            _ = loss(
                embeddings: embeddings, labels: Tensor(Self.large.labels),
                progress: LossProgress(fraction: 0.5, step: 1))
        }
        #expect(scale() == before)
        _ = HeadEvaluation(loss, Self.large, type: .float64)
        #expect(scale() != before)
    }
}
