import FaceLosses
import Testing
import Torch

@Suite("Scale and margin in the course of a run")
struct AngularScheduleTests {
    private func state(
        _ text: String, classes: Int = 500, at fraction: Double
    ) throws -> [String: Double] {
        let loss = try LossCatalogue.make(
            LossSpecification(parsing: text), classes: classes, embeddingSize: 2,
            initial: InitialWeights(seed: 1, path: "head"))
        return loss(
            embeddings: .ones([1, 2]), labels: Tensor([0]),
            progress: LossProgress(fraction: fraction, step: 0)
        ).state
    }

    @Test(
        "auto scales follow the number of classes up to the paper's",
        arguments: [
            ("arcface", 100, 6.499, 32.63), ("arcface", 500, 8.786, 38.37),
            ("arcface", 10_572, 13.103, 49.21), ("arcface", 85_742, 16.063, 56.64),
            ("arcface", 1_000_000, 19.538, 64), ("amsoftmax", 500, 8.786, 30),
            ("amsoftmax", 100, 6.499, 25.73), ("amsoftmax", 10_572, 13.103, 30),
            ("arcface:m=1", 500, 8.786, 64), ("arcface", 1, 1, 16.32), ("arcface", 2, 1, 16.32),
        ])
    func autoScale(_ text: String, _ classes: Int, _ first: Double, _ last: Double) throws {
        expectClose(
            try state(text, classes: classes, at: 0)["scale"] ?? .nan, first, tolerance: 1e-3)
        expectClose(
            try state(text, classes: classes, at: 1)["scale"] ?? .nan, last, tolerance: 1e-3)
    }

    @Test(
        "the scale rises geometrically",
        arguments: [(0.0, 4.0), (0.25, 8), (0.5, 16), (0.75, 32), (1, 64)])
    func scale(_ fraction: Double, _ scale: Double) throws {
        let text = "arcface:s0=4,s=64"
        expectClose(try state(text, at: fraction)["scale"] ?? .nan, scale, tolerance: 1e-12)
        let early = try state(text + ",scaleWarmup=0.5", at: fraction / 2)
        expectClose(early["scale"] ?? .nan, scale, tolerance: 1e-12)
    }

    @Test("the scale starts no higher than it ends, and is constant when it does not rise")
    func scaleLimits() throws {
        #expect(try state("arcface:s=5", at: 0)["scale"] == 5)
        #expect(try state("arcface:s=64,scaleWarmup=0", at: 0)["scale"] == 64)
        #expect(try state("amsoftmax:s0=40,s=20", at: 0)["scale"] == 40)
    }

    @Test(
        "the margin rises linearly over its warm-up",
        arguments: [(0.0, 0.0), (0.125, 0.125), (0.25, 0.25), (0.5, 0.5), (0.9, 0.5)])
    func margin(_ fraction: Double, _ margin: Double) throws {
        #expect(try state("arcface", at: fraction)["margin"] == margin)
        #expect(try state("arcface:warmup=0", at: fraction)["margin"] == 0.5)
    }

    @Test("presets are constant from the first step")
    func presets() throws {
        let expected = [
            "arcface-paper": ["scale": 64, "margin": 0.5],
            "insightface": ["scale": 64, "margin": 0.5],
            "amsoftmax-paper": ["scale": 30, "margin": 0.35],
            "cosface": ["scale": 64, "margin": 0.35],
        ]
        for (name, values) in expected {
            #expect(try state(name, at: 0) == values)
            #expect(try state(name, at: 0.99) == values)
        }
    }
}
