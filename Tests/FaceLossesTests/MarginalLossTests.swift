import FaceLosses
import Testing

@Suite("Marginal Loss")
struct MarginalLossTests {
    /// Squared distances of unit vectors at θ ± ξ, where the hinges open, and on both sides.
    private static let hinges = Sample.angles(
        [0, 0.9, 0.9 + 1e-6, 1.5, 1.5 - 1e-6].map { 2 * ($0 / 4).squareRoot() },
        name: "about the hinges")
    private static let samples =
        (1...5).map { Sample.random(seed: $0) } + Sample.adversarial + [hinges]

    /// L_m, and how many ordered pairs violate.
    private static func pairs(
        _ sample: Sample, theta: Double, xi: Double
    ) -> (mean: Double, active: Double) {
        let unit = sample.embeddings.map { x in
            x.map { Naive.norm(x) == 0 ? 0 : $0 / Naive.norm(x) }
        }
        var sum = 0.0
        var active = 0.0
        for i in unit.indices {
            for j in unit.indices where i != j {
                let difference = zip(unit[i], unit[j]).map { $0 - $1 }
                let y = sample.labels[i] == sample.labels[j] ? 1.0 : -1.0
                let hinge = xi - y * (theta - Naive.dot(difference, difference))
                if hinge > 0 {
                    sum += hinge
                    active += 1
                }
            }
        }
        let count = Double(max(1, unit.count * unit.count - unit.count))
        return (sum / count, active / count)
    }

    @Test("is the softmax's loss and the weighted mean over pairs", arguments: samples)
    func value(_ sample: Sample) throws {
        for (theta, xi, lambda) in [(1.2, 0.3, 1.0), (0.5, 1, 10), (4, 0, 0.1)] {
            let text = "marginal:theta=\(theta),xi=\(xi),lambda=\(lambda)"
            let found = try Evaluation(text, sample)
            let pairs = Self.pairs(sample, theta: theta, xi: xi)
            expectClose(
                found.loss, Naive.softmax(sample) + lambda * pairs.mean, tolerance: 1e-12, text)
            expectClose(found.state[.term("marginal")] ?? .nan, pairs.mean, tolerance: 1e-12, text)
        }
    }

    @Test("reports the fraction of pairs that violate", arguments: 1...5)
    func active(_ seed: UInt64) throws {
        let sample = Sample.random(seed: seed, count: 12)
        let found = try Evaluation("marginal", sample)
        #expect(found.state[.activeFraction] == Self.pairs(sample, theta: 1.2, xi: 0.3).active)
    }

    @Test("has the gradient of its value", arguments: [1, 2, 3])
    func gradient(_ seed: UInt64) throws {
        let sample = Sample.random(seed: seed)
        expectGradients(try Evaluation("marginal:lambda=3", sample), of: sample) { sample in
            Naive.softmax(sample) + 3 * Self.pairs(sample, theta: 1.2, xi: 0.3).mean
        }
    }

    @Test("is the softmax's loss when the pairs weigh nothing, and for a batch of one")
    func withoutPairs() throws {
        let sample = Sample.random(seed: 5)
        #expect(
            try Evaluation("marginal:lambda=0", sample).loss == Evaluation("softmax", sample).loss)
        let alone = Sample.random(seed: 5, count: 1)
        #expect(try Evaluation("marginal", alone).loss == Evaluation("softmax", alone).loss)
        #expect(
            try Evaluation("marginal", alone).state == [.activeFraction: 0, .term("marginal"): 0])
    }

    @Test("does not see the embeddings' norms in its pairs")
    func scaleInvariance() throws {
        let sample = Sample.random(seed: 6)
        var longer = sample
        longer.embeddings = sample.embeddings.map { $0.map { $0 * 1000 } }
        let found = try Evaluation("marginal", longer).state[.term("marginal")] ?? .nan
        let expected = try Evaluation("marginal", sample).state[.term("marginal")] ?? .nan
        expectClose(found, expected, tolerance: 1e-12)
    }
}
