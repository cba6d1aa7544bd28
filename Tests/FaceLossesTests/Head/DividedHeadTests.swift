import Testing
import Torch

@testable import FaceLosses

/// The head whose classes are divided into blocks, against the whole one, which has its own oracles.
@Suite("Divided head")
struct DividedHeadTests {
    private static let sample = Sample.random(seed: 171, count: 21, classes: 333, size: 37)

    @Test(
        "gives in float64 what the whole head gives, of all classes and of some",
        arguments: MarginHeadTests.losses, [1, 0.2])
    func float64(_ name: String, _ rate: Double) throws {
        let options = HeadOptions(rate: rate)
        for (fraction, sizes) in [(0.3, [128]), (0.99, [7, 332])] {
            let expected = try HeadEvaluation(
                name, Self.sample, options, fraction: fraction, type: .float64)
            for size in sizes {
                let found = try HeadEvaluation(
                    name, Self.sample, options, inBlocksOf: size, fraction: fraction,
                    type: .float64)
                expectSame(
                    found, expected, tolerance: 1e-12,
                    "\(name) at a rate of \(rate), at \(fraction), in blocks of \(size)")
            }
        }
    }

    @Test(
        "gives it out of LibTorch's operations too",
        arguments: [
            "arcface", "subcenter:k=3", "curricular", "magface", "adacos", "asoftmax", "normface",
        ], [1, 0.2])
    func composed(_ name: String, _ rate: Double) throws {
        let options = HeadOptions(rate: rate)
        let expected = try HeadEvaluation(
            name, Self.sample, options, fraction: 0.3, type: .float64)
        let found = try withKernels(upTo: .libTorch) {
            try HeadEvaluation(
                name, Self.sample, options, inBlocksOf: 50, fraction: 0.3, type: .float64)
        }
        expectSame(found, expected, tolerance: 1e-12, "\(name) at a rate of \(rate)")
    }

    @Test("gives in float32 what the whole head gives", arguments: MarginHeadTests.losses)
    func float32(_ name: String) throws {
        let expected = try HeadEvaluation(name, Self.sample, HeadOptions(), type: .float32)
        let found = try HeadEvaluation(
            name, Self.sample, HeadOptions(), inBlocksOf: 64, type: .float32)
        let tolerance = 1e-6 * max(1, (expected.state[.scale] ?? 1) / 32)
        expectSame(found, expected, tolerance: tolerance, name)
    }

    @Test("is at the edges what the whole head is", arguments: MarginHeadTests.losses)
    func edges(_ name: String) throws {
        for sample in Sample.adversarial where sample.classes > 1 {
            let tolerance = sample.name.hasPrefix("angles") ? 1e-11 : 1e-12
            let expected = try HeadEvaluation(name, sample, HeadOptions(), type: .float64)
            for size in [1, 2] {
                expectSame(
                    try HeadEvaluation(
                        name, sample, HeadOptions(), inBlocksOf: size, type: .float64),
                    expected, tolerance: tolerance, "\(name), \(sample.name), blocks of \(size)")
            }
        }
    }

    @Test("does not lose what is not finite in a block that has no maximum", arguments: 0..<5)
    func notFinite(_ block: Int) throws {
        var sample = Self.sample
        sample.weights[block * 70 + 3][5] = .nan
        for name in ["arcface", "curricular"] {
            let found = try HeadEvaluation(
                name, sample, HeadOptions(), inBlocksOf: 70, type: .float32)
            #expect(!found.loss.isFinite, "\(name)")
        }
    }

    @Test("takes the first of equal classes, whichever block they are in")
    func ties() throws {
        var sample = Sample.random(seed: 9, count: 4, classes: 9, size: 5)
        // Of length 1 and of few bits, so that products are exact in whatever order a processor adds: equal classes
        // are equal wherever they are in a block. Class 5 is class 1, and each is the nearest of a sample.
        sample.weights = [
            [1, 0, 0, 0, 0], [0.5, 0.5, 0.5, 0.5, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0],
            [0.5, 0.5, -0.5, -0.5, 0], [0.5, 0.5, 0.5, 0.5, 0], [0, 0, 0, 0, 1],
            [0, 0, 0, 1, 0], [-0.5, 0.5, 0.5, -0.5, 0],
        ]
        sample.embeddings = [1, 1, 2, 2].map { sample.weights[$0] }
        sample.labels = [1, 5, 2, 3]
        let expected = try HeadEvaluation("arcface:m=0", sample, HeadOptions(), type: .float64)
        #expect(expected.correct == 2)
        for size in [1, 2, 4] {
            let found = try HeadEvaluation(
                "arcface:m=0", sample, HeadOptions(), inBlocksOf: size, type: .float64)
            #expect(found.correct == 2 && found.correctWithMargin == expected.correctWithMargin)
        }
    }

    @Test("says what the squares of its weights' gradient add up to", arguments: [1, 0.2])
    func squares(_ rate: Double) throws {
        let loss = try HeadEvaluation.make(
            "arcface", Self.sample, HeadOptions(rate: rate), type: .float64)
        var squares: [Double] = []
        let found = try HeadEvaluation(
            dividing: loss, Self.sample, intoBlocksOf: 50, type: .float64, squares: &squares)
        #expect(squares.count == 7)
        let expected = (found.gradients["weight"] ?? []).reduce(0) { $0 + $1 * $1 }
        expectClose(squares.reduce(0, +), expected, tolerance: 1e-12, "squares")
    }

    @Test("forgets other blocks' weights, keeps count of them, and takes them back")
    func parts() throws {
        let loss = try HeadEvaluation.make(
            "subcenter:k=2", Self.sample, HeadOptions(), type: .float64)
        let head = try #require(loss as? any DividedHead)
        head.divide(intoBlocksOf: 100)
        let all: [Double] = head.ownWeight.array()
        let whole = head.ownWeight.detached()
        head.keep(2..<4)
        #expect(head.blocks.classes(of: 2..<4) == 200..<333 && head.ownBlocks == 2..<4)
        #expect(loss.state[0].tensor.shape == [266, 37])
        #expect(loss.state[0].tensor.array(of: Double.self) == Array(all[400 * 37..<666 * 37]))
        #expect(loss.classCount == 333 && loss.state[0].tensor.requiresGradient)
        head.restore(whole)
        #expect(loss.state[0].tensor.array(of: Double.self) == all && loss.classCount == 333)
        _ = HeadEvaluation(loss, Self.sample, type: .float64)
    }

    @Test("costs guessing the logarithm of all classes, also where some are elsewhere")
    func guessing() throws {
        let loss = try HeadEvaluation.make("normface", Self.sample, HeadOptions(), type: .float32)
        let before = loss.guessingLoss
        let head = try #require(loss as? any DividedHead)
        head.divide(intoBlocksOf: 100)
        head.keep(0..<1)
        #expect(before != nil && loss.guessingLoss == before)
    }
}

extension HeadEvaluation {
    /// Takes a forward and a backward pass with all blocks in one place.
    init(
        _ text: String, _ sample: Sample, _ head: HeadOptions, inBlocksOf size: Int,
        fraction: Double = 0.99, type: ElementType
    ) throws {
        let loss = try Self.make(text, sample, head, type: type)
        var squares: [Double] = []
        try self.init(
            dividing: loss, sample, intoBlocksOf: size, fraction: fraction, type: type,
            squares: &squares)
    }

    init(
        dividing loss: any FaceLoss, _ sample: Sample, intoBlocksOf size: Int,
        fraction: Double = 0.99, type: ElementType, squares: inout [Double]
    ) throws {
        let head = try #require(loss as? any DividedHead)
        head.divide(intoBlocksOf: size)
        let embeddings = Tensor(
            sample.embeddings.flatMap(\.self), shape: [sample.embeddings.count, sample.size]
        ).to(type).withGradient()
        let labels = Tensor(sample.labels)
        let pass = head.begin(
            embeddings: embeddings, labels: labels,
            progress: LossProgress(fraction: fraction, step: 0))
        pass.applyMargin(targets: pass.ownTargets) { sums in
            sums.dropFirst().reduce(sums[0], DividedPass.sumOfExponentials)
        }
        let summaries = pass.summaries()
        let output = pass.output(summaries.dropFirst().reduce(summaries[0], DividedPass.joined))
        let toScales = pass.differentiateSoftmax()
        pass.differentiateMargin(
            toScale: pass.needsScale ? toScales.dropFirst().reduce(toScales[0], +) : nil)
        let gradients = pass.differentiateCosines()
        pass.finish(
            toUnitEmbeddings: gradients.toUnitEmbeddings.reduce(pass.noGradient, +))
        squares = gradients.squares
        self.init(output, loss, embeddings, labels)
    }
}
