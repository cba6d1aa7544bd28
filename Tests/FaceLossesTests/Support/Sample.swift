import Foundation
import Testing

/// A batch, and class weights and biases to go with it, as plain numbers.
struct Sample: CustomTestStringConvertible, Sendable {
    var name: String
    var embeddings: [[Double]]
    var labels: [Int]
    var weights: [[Double]]
    var biases: [Double]

    var testDescription: String { name }
    var classes: Int { weights.count }
    var size: Int { weights[0].count }
}

extension Sample {
    /// Normal variates everywhere.
    static func random(
        seed: UInt64, count: Int = 6, classes: Int = 4, size: Int = 5, magnitude: Double = 1
    ) -> Sample {
        var random = Random(seed: seed)
        func rows(_ count: Int) -> [[Double]] {
            (0..<count).map { _ in (0..<size).map { _ in random.normal() } }
        }
        return Sample(
            name: "random \(seed), components about \(magnitude)",
            embeddings: rows(count).map { $0.map { $0 * magnitude } },
            labels: (0..<count).map { _ in Int(random.next() % UInt64(classes)) },
            weights: rows(classes), biases: (0..<classes).map { _ in random.normal() })
    }

    /// One embedding for each angle to its class weight; the class weights are orthogonal.
    static func angles(_ angles: [Double], norm: Double = 2, name: String) -> Sample {
        let classes = 5
        let axes = (0..<classes).map { j in (0..<classes).map { $0 == j ? 1.0 : 0.0 } }
        let labels = angles.indices.map { $0 % classes }
        let embeddings = zip(angles, labels).map { angle, label in
            (0..<classes).map { axis in
                if axis == label { return norm * cos(angle) }
                return axis == (label + 1) % classes ? norm * sin(angle) : 0
            }
        }
        return Sample(
            name: name, embeddings: embeddings, labels: labels,
            weights: zip(axes, [0.01, 1, 3, 20, 0.5]).map { axis, norm in axis.map { $0 * norm } },
            biases: [0, 0.5, -1, 2, 0])
    }

    /// Batches at the edges of what a loss may be given.
    static let adversarial: [Sample] = {
        var zero = random(seed: 11)
        zero.name = "a zero embedding"
        zero.embeddings[2] = [0, 0, 0, 0, 0]
        var equal = random(seed: 12)
        equal.name = "equal embeddings of unequal labels"
        equal.embeddings = Array(repeating: equal.embeddings[0], count: 6)
        equal.labels = [0, 1, 2, 3, 0, 0]
        var once = random(seed: 13)
        once.name = "a label that occurs once"
        once.labels = [1, 1, 1, 3, 1, 1]
        var alone = random(seed: 14, count: 1)
        alone.name = "a batch of one"
        var single = random(seed: 15, classes: 1)
        single.name = "one class"
        single.labels = [0, 0, 0, 0, 0, 0]
        var mixed = random(seed: 16)
        mixed.name = "components from 1e-6 to 1e4"
        mixed.embeddings = zip(mixed.embeddings, [1e4, 1e-6, 1e2, 1, 1e-3, 1e4])
            .map { row, factor in row.map { $0 * factor } }
        return [
            zero, equal, once, alone, single, mixed,
            random(seed: 17, magnitude: 1e4),
            angles([0, .pi / 2, .pi, 1e-3, .pi - 1e-3], name: "angles 0, π/2, π and near"),
        ]
    }()

    /// The sample with one component of the embeddings, weights or biases changed.
    func moving(_ tensor: Component.Tensor, _ row: Int, _ column: Int, by step: Double) -> Sample {
        var copy = self
        switch tensor {
        case .embeddings: copy.embeddings[row][column] += step
        case .weight: copy.weights[row][column] += step
        case .bias: copy.biases[column] += step
        }
        return copy
    }
}

/// Where a number of a sample is.
enum Component {
    enum Tensor: String, CaseIterable { case embeddings, weight, bias }
}

/// SplitMix64 with normal variates.
struct Random: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func normal() -> Double {
        let radius = (-2 * log(Double.random(in: Double.ulpOfOne...1, using: &self))).squareRoot()
        return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
    }
}
