import Testing
import Torch

@testable import FaceLosses

/// Partial FC: what a step sees of the classes, and what it leaves alone.
@Suite("Partial FC")
struct PartialClassesTests {
    private static let sample = Sample.random(seed: 61, count: 12, classes: 200, size: 19)

    // MARK: The choice of classes

    @Test("A sample has the batch's classes and as many others as the rate asks for")
    func size() {
        let labels = [7, 150, 7, 0, 199]
        for rate in [0.05, 0.1, 0.5, 0.99, 1] {
            let sample = ClassSample(labels: labels, of: 200, rate: rate, seed: 3)
            #expect(sample.classes.count == max(4, Int(rate * 200)))
            #expect(sample.classes == Set(sample.classes).sorted())
            #expect(sample.classes.allSatisfy { (0..<200).contains($0) })
            #expect(sample.positions.map { sample.classes[$0] } == labels)
        }
    }

    @Test("More target classes than the rate asks for are the sample")
    func ownOnly() {
        let sample = ClassSample(labels: [5, 1, 9], of: 10, rate: 0.1, seed: 1)
        #expect(sample.classes == [1, 5, 9] && sample.positions == [1, 0, 2])
    }

    @Test("The choice depends on the seed alone")
    func seed() {
        func draw(_ seed: UInt64) -> ClassSample {
            ClassSample(labels: [1, 2], of: 1000, rate: 0.1, seed: seed)
        }
        #expect(draw(1) == draw(1) && draw(1) != draw(2))
    }

    /// 4,000 draws of 8 from 38: each count is binomial with mean 842 and standard deviation 25.8.
    @Test("Every other class is as likely as any")
    func fairness() {
        var counts = [Int](repeating: 0, count: 40)
        for seed in 0..<4000 as Range<UInt64> {
            let sample = ClassSample(labels: [3, 20], of: 40, rate: 0.25, seed: seed)
            for label in sample.classes { counts[label] += 1 }
        }
        #expect(counts[3] == 4000 && counts[20] == 4000)
        for (label, count) in counts.enumerated() where label != 3 && label != 20 {
            #expect(abs(count - 842) < 130, "class \(label)")
        }
    }

    // MARK: The loss of a part

    /// The sample cut down to the classes a head would draw.
    private func part(
        _ sample: Sample, rate: Double, step: Int
    ) -> (Sample, ClassSample) {
        let seed = InitialWeights(seed: 1, path: "head").seed(of: "classes.\(step)")
        let classes = ClassSample(
            labels: sample.labels, of: sample.classes, rate: rate, seed: seed)
        var cut = sample
        cut.weights = classes.classes.map { sample.weights[$0] }
        cut.labels = classes.positions
        return (cut, classes)
    }

    /// With scales and margins that do not depend on the number of classes.
    @Test(
        "Is the loss of the classes that take part",
        arguments: [
            "arcface-paper", "cosface", "asoftmax", "curricular:s=32,s0=10", "magface:s=40,s0=20",
        ])
    func subset(_ name: String) throws {
        for step in [0, 5] {
            let (cut, classes) = part(Self.sample, rate: 0.2, step: step)
            let found = try HeadEvaluation(
                name, Self.sample, HeadOptions(rate: 0.2), step: step, type: .float64)
            let expected = try HeadEvaluation(name, cut, nil, step: step, type: .float64)
            expectClose(found.loss, expected.loss, tolerance: 1e-12, name)
            var weight = [Double](repeating: 0, count: 200 * 19)
            for (index, label) in classes.classes.enumerated() {
                for column in 0..<19 {
                    weight[label * 19 + column] =
                        expected.gradients["weight"]?[index * 19 + column] ?? .nan
                }
            }
            expectClose(
                found.gradients["weight"] ?? [], weight, tolerance: 1e-12, columns: 19, name)
            expectClose(
                found.gradients["embeddings"] ?? [], expected.gradients["embeddings"] ?? [],
                tolerance: 1e-12, columns: 19, name)
        }
    }

    @Test("At a rate of 1 it is the whole head, bit for bit")
    func whole() throws {
        let all = try HeadEvaluation.make("arcface", Self.sample, HeadOptions(), type: .float32)
        let part = try HeadEvaluation.make(
            "arcface", Self.sample, HeadOptions(rate: 1), type: .float32)
        try train(all, Self.sample, steps: 4)
        try train(part, Self.sample, steps: 4)
        let weights = [all, part].map { $0.state[0].tensor.array(of: Float.self) }
        #expect(weights[0] == weights[1])
    }

    @Test("The weights of sub-centers come with their class")
    func subcenters() throws {
        let loss = try HeadEvaluation.make(
            "subcenter:k=2", Self.sample, HeadOptions(rate: 0.2), type: .float64)
        let gradient = HeadEvaluation(loss, Self.sample, type: .float64).gradients["weight"] ?? []
        let (_, classes) = part(Self.sample, rate: 0.2, step: 0)
        for label in 0..<200 where !classes.classes.contains(label) {
            #expect(gradient[label * 38..<(label + 1) * 38].allSatisfy { $0 == 0 })
        }
        #expect(gradient.contains { $0 != 0 })
    }

    // MARK: What is remembered of rows

    private func train(_ loss: any FaceLoss, _ sample: Sample, steps: Int) throws {
        let optimizer = SGD(
            loss.state.parameters, options: SGD.Options(momentum: 0.9, weightDecay: 0.01))
        for step in 0..<steps {
            optimizer.clearGradients()
            _ = HeadEvaluation(loss, sample, step: step, type: .float32)
            optimizer.step(learningRate: 0.1)
        }
    }

    /// Descent by the formula, in float64, of the rows that took part.
    @Test("Weights and velocities change in the rows that took part, and nowhere else")
    func bookkeeping() throws {
        let sample = Self.sample
        let loss = try HeadEvaluation.make(
            "arcface", sample, HeadOptions(rate: 0.1), type: .float64)
        let entry = loss.state[0]
        let optimizer = SGD([entry], options: SGD.Options(momentum: 0.9, weightDecay: 0.01))
        var weights: [Double] = entry.tensor.array()
        var momentumBuffers = [Double](repeating: 0, count: weights.count)
        var touched = Set<Int>()
        for step in 0..<6 {
            optimizer.clearGradients()
            let found = HeadEvaluation(loss, sample, step: step, type: .float64)
            let gradient = found.gradients["weight"] ?? []
            let (_, classes) = part(sample, rate: 0.1, step: step)
            touched.formUnion(classes.classes)
            let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
            expectClose(optimizer.gradientNorm(), norm, tolerance: 1e-12, "norm")
            optimizer.scaleGradients(by: 0.5)
            optimizer.step(learningRate: 0.1)
            for row in classes.classes {
                for i in row * 19..<(row + 1) * 19 {
                    momentumBuffers[i] =
                        0.9 * momentumBuffers[i] + (0.5 * gradient[i] + 0.01 * weights[i])
                    weights[i] -= 0.1 * momentumBuffers[i]
                }
            }
            expectClose(
                entry.tensor.array(), weights, tolerance: 1e-13, columns: 19, "step \(step)")
            expectClose(
                optimizer.state[0].tensor.array(), momentumBuffers, tolerance: 1e-13, columns: 19,
                "velocities of step \(step)")
        }
        #expect(touched.count > 20 && touched.count < 200)
    }

    // MARK: Refusals

    @Test("Losses that need all classes say so", arguments: ["softmax", "sphereface2", "uniface"])
    func refusal(_ name: String) throws {
        let error = #expect(throws: FaceLossesError.self) {
            _ = try HeadEvaluation.make(name, Self.sample, HeadOptions(rate: 0.5), type: .float32)
        }
        #expect(error == .noClassSampling(loss: name))
        #expect(error?.description.contains("--class-rate 1") == true)
    }

    @Test("A joint loss samples the classes of its classification")
    func joint() throws {
        let found = try HeadEvaluation(
            "arcface+center", Self.sample, HeadOptions(rate: 0.2), type: .float64)
        let rows = (found.gradients["weight"] ?? []).chunked(19).filter { $0.contains { $0 != 0 } }
        #expect(rows.count == 40)
    }
}

extension [Double] {
    fileprivate func chunked(_ size: Int) -> [ArraySlice<Double>] {
        stride(from: 0, to: count, by: size).map { self[$0..<$0 + size] }
    }
}
