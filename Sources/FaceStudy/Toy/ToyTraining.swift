public import FaceLosses
import Foundation
import Torch

/// A small network that gives each picture of ``ToyFaces`` an embedding of two or three components, trained
/// with one loss, which makes the effect of margins visible.
///
/// The network has one hidden layer, and each batch contains all pictures, so that a pairwise loss has all
/// pairs.
public struct ToyTraining: Sendable {
    /// Embeddings of the pictures, `dimensions` components each.
    public let embeddings: [[Double]]
    /// The identity of each picture.
    public let labels: [Int]
    /// Directions of the class weights, with their identities; empty if the loss has none.
    public let weights: [(label: Int, direction: [Double])]
    /// Fraction of pictures that are classified as their identity, without margin; 0 ... 1.
    public let accuracy: Double

    /// Trains the network.
    ///
    /// - Parameters:
    ///   - dimensions: Components of an embedding, 2 or 3.
    ///   - steps: Steps of stochastic gradient descent; at least 1.
    ///   - seed: Seed of the network's initial weights.
    /// - Throws: `FaceLossesError` for a loss that the catalogue does not have, and
    ///   ``FaceStudyError/toyDiverged(loss:step:)``.
    public init(
        _ specification: LossSpecification, faces: ToyFaces, dimensions: Int, steps: Int = 400,
        seed: UInt64 = 1
    ) throws {
        let initial = InitialWeights(seed: seed)
        let network = ToyNetwork(dimensions: dimensions, initial: initial.child("network"))
        let loss = try LossCatalogue.make(
            specification, classes: faces.identities, embeddingSize: dimensions,
            initial: initial.child("head"))
        let pixels = Tensor(
            faces.pictures.flatMap(\.self), shape: [faces.labels.count, ToyNetwork.inputs])
        let labels = Tensor(faces.labels)
        let optimizer = SGD(
            network.state.prefixed("network") + loss.state.prefixed("loss"),
            options: SGD.Options(weightDecay: 5e-4))
        for step in 0..<steps {
            let progress = LossProgress(fraction: Double(step) / Double(steps), step: step)
            optimizer.clearGradients()
            let output = loss(
                embeddings: network(pixels, training: true), labels: labels, progress: progress)
            guard output.loss.item().isFinite else {
                throw FaceStudyError.toyDiverged(loss: specification.description, step: step + 1)
            }
            output.loss.backward()
            let norm = optimizer.gradientNorm()
            if norm > 5 { optimizer.scaleGradients(by: 5 / norm) }
            optimizer.step(learningRate: 0.05 * (1 + cos(.pi * progress.fraction)) / 2 + 1e-4)
        }
        (embeddings, accuracy) = withoutGradients {
            let embeddings = network(pixels, training: false)
            let output = loss(
                embeddings: embeddings, labels: labels,
                progress: LossProgress(fraction: 1, step: steps))
            let correct = output.logits.map { ($0.argmax(1) .== labels).sum().item() } ?? 0
            return (embeddings.rows, correct / Double(faces.labels.count))
        }
        self.labels = faces.labels
        weights = Self.weights(of: loss, classes: faces.identities, dimensions: dimensions)
    }

    private static func weights(
        of loss: any FaceLoss, classes: Int, dimensions: Int
    ) -> [(label: Int, direction: [Double])] {
        guard let weight = loss.state.first(where: { $0.name == "weight" })?.tensor,
            weight.shape.count == 2, weight.shape[1] == dimensions
        else { return [] }
        let each = max(1, weight.shape[0] / classes)
        return weight.detached().l2Normalized().rows.enumerated().map { ($0 / each, $1) }
    }
}

// MARK: - Numbers for the picture

extension ToyTraining {
    /// Mean angle, in degrees, between embeddings and their identity's mean direction.
    public var meanAngle: Double {
        let directions = means
        let angles = zip(embeddings, labels).map { Self.angle($0, directions[$1]) }
        return angles.reduce(0, +) / Double(max(1, angles.count))
    }

    /// Smallest angle, in degrees, between the mean directions of two identities.
    public var minGap: Double {
        let directions = means
        var smallest = 180.0
        for i in directions.indices {
            for j in 0..<i { smallest = min(smallest, Self.angle(directions[i], directions[j])) }
        }
        return smallest
    }

    private var means: [[Double]] {
        let size = embeddings.first?.count ?? 0
        var sums = [[Double]](
            repeating: [Double](repeating: 0, count: size), count: (labels.max() ?? -1) + 1)
        for (embedding, label) in zip(embeddings, labels) {
            let length = max(1e-12, Self.norm(embedding))
            for k in embedding.indices { sums[label][k] += embedding[k] / length }
        }
        return sums
    }

    private static func norm(_ a: [Double]) -> Double {
        a.map { $0 * $0 }.reduce(0, +).squareRoot()
    }

    private static func angle(_ a: [Double], _ b: [Double]) -> Double {
        let product = zip(a, b).map(*).reduce(0, +) / max(1e-12, norm(a) * norm(b))
        return acos(max(-1, min(1, product))) * 180 / .pi
    }
}

/// A network from pictures through 128 hidden units to an embedding.
private struct ToyNetwork {
    static let inputs = ToyFaces.side * ToyFaces.side * 3
    private let hidden: Linear
    private let normalization: BatchNormalization
    private let embedding: Linear

    init(dimensions: Int, initial: InitialWeights) {
        hidden = Linear(inputs: Self.inputs, outputs: 128, initial: initial.child("hidden"))
        normalization = BatchNormalization(channels: 128, initial: initial.child("bn"))
        embedding = Linear(
            inputs: 128, outputs: dimensions, initial: initial.child("embedding"))
    }

    var state: [StateEntry] {
        hidden.state.prefixed("hidden") + normalization.state.prefixed("bn")
            + embedding.state.prefixed("embedding")
    }

    func callAsFunction(_ pixels: Tensor, training: Bool) -> Tensor {
        let units = normalization(hidden(pixels, training: training), training: training)
        return embedding(units.relu(), training: training)
    }
}

extension Tensor {
    /// The rows of a matrix.
    fileprivate var rows: [[Double]] {
        let columns = shape[1]
        let values = detached().to(.float64).array(of: Double.self)
        return stride(from: 0, to: values.count, by: columns).map {
            Array(values[$0..<$0 + columns])
        }
    }
}
