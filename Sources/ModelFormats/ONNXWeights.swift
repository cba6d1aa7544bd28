public import FaceModels
public import ONNX
import Torch

/// The weights of an ONNX network under a backbone's names.
///
/// Converters rename weights, so they are matched by the order of operations: the first convolution of a shape
/// belongs to the backbone's first convolution of that shape, and so on for each kind of operation and each
/// shape. A batch normalisation that was folded into a convolution becomes an identity with the convolution's
/// bias. The match must be verified by comparing outputs, because parallel branches of equal shapes may be in
/// a different order.
public struct ONNXWeights {
    /// The matched tensors under the backbone's names, and the weights of operations without a counterpart
    /// under the file's names.
    public let file: WeightFile
    /// Only the matched tensors.
    public let matched: WeightFile
    /// Names of the backbone's tensors that are used only in training, and therefore not in ONNX
    /// files.
    public let unused: Set<String>

    /// Matches a file with a backbone.
    ///
    /// - Parameter inputSize: Height and width of the backbone's images, in pixels.
    /// - Throws: `TorchError` if the backbone cannot be traced.
    public init(_ network: ONNXFile, of backbone: any Backbone, inputSize: Int) throws {
        let graph = try TracedGraph(
            of: backbone.state, on: Tensor.zeros([1, 3, inputSize, inputSize])
        ) { backbone($0, training: false) }
        let used = Set(graph.operations.flatMap(\.arguments).flatMap(\.tensors))
        unused = Set(
            backbone.state.enumerated().filter { !used.contains($0.offset + 1) }
                .map(\.element.name).filter { !$0.hasSuffix("num_batches_tracked") })
        var given = Dictionary(
            grouping: WeightedOperation<[Float]>.all(of: network), by: \.key)
        var matched: [WeightFile.Entry] = []
        for wanted in WeightedOperation<StateEntry>.all(of: graph) {
            guard let first = given[wanted.key]?.first else { continue }
            given[wanted.key]?.removeFirst()
            matched += Self.entries(of: first, for: wanted)
        }
        let left = given.filter { !$0.key.mayPrepareInput }.sorted { $0.key < $1.key }
        let others = left.flatMap(\.value).map { operation in
            Self.entry(
                "\(operation.key.kind.rawValue) '\(operation.name)'", operation.key.shape,
                operation.weights[.weight] ?? [])
        }
        let part = "the order of the graph"
        file = WeightFile(path: network.path, part: part, tensors: matched + others)
        self.matched = WeightFile(path: network.path, part: part, tensors: matched)
    }

    /// The tensors of a backbone's operation with the values of the file's.
    private static func entries(
        of given: WeightedOperation<[Float]>, for wanted: WeightedOperation<StateEntry>
    ) -> [WeightFile.Entry] {
        var values = given.weights
        var following: [OperationPart: [Float]] = [:]
        if let follows = wanted.normalization {
            following = absorbed(
                normalization(given, wanted, epsilon: follows.epsilon), into: follows.weights,
                epsilon: follows.epsilon)
            // A normalisation that was folded into the bias becomes one that adds it.
            if given.normalization == nil, let count = values[.bias]?.count {
                values[.bias] = [Float](repeating: 0, count: count)
            }
            if wanted.weights[.bias] == nil { values[.bias] = nil }
        } else if given.normalization != nil {
            following = given.normalization?.weights ?? [:]
        }
        if wanted.key.kind == .normalization {
            values = shifted(values, by: given.epsilon - wanted.epsilon)
        }
        if wanted.weights[.bias] != nil, values[.bias] == nil,
            let count = wanted.weights[.bias]?.tensor.count
        {
            values[.bias] = [Float](repeating: 0, count: count)
        }
        return entries(wanted.weights, values, given.name)
            + entries(
                wanted.normalization?.weights ?? [:], following, "what is behind \(given.name)")
    }

    /// The normalisation after an operation: the file's, or an identity that adds the bias.
    private static func normalization(
        _ given: WeightedOperation<[Float]>, _ wanted: WeightedOperation<StateEntry>,
        epsilon: Double
    ) -> [OperationPart: [Float]] {
        let count = given.key.shape.first ?? 0
        func all(_ value: Float) -> [Float] { [Float](repeating: value, count: count) }
        guard let own = given.normalization else {
            return [
                .weight: all(1), .bias: given.weights[.bias] ?? all(0), .mean: all(0),
                .variance: all(Float(1 - epsilon)),
            ]
        }
        var weights = shifted(own.weights, by: own.epsilon - epsilon)
        if wanted.weights[.bias] == nil, let bias = given.weights[.bias] {
            weights[.mean] = zip(weights[.mean] ?? all(0), bias).map { $0 - $1 }
        }
        return weights
    }

    /// Statistics that do what a factor and a summand do, for a normalisation that has none of its own: AdaFace's
    /// networks end with one.
    private static func absorbed(
        _ weights: [OperationPart: [Float]], into slots: [OperationPart: StateEntry],
        epsilon: Double
    ) -> [OperationPart: [Float]] {
        let hasFactor = slots[.weight] != nil
        guard let means = weights[.mean], let variances = weights[.variance],
            let factors = weights[.weight], let summands = weights[.bias],
            Set([means, variances, factors, summands].map(\.count)).count == 1,
            slots[.bias] == nil, factors.allSatisfy({ hasFactor ? $0 != 0 : $0 > 0 })
        else { return weights }
        var weights = weights
        weights[.bias] = nil
        weights[.mean] = means.indices.map {
            let deviation = (Double(variances[$0]) + epsilon).squareRoot()
            return Float(
                Double(means[$0]) - Double(summands[$0]) * deviation / Double(factors[$0]))
        }
        if !hasFactor {
            weights[.weight] = nil
            // (variance + epsilon) / factor² - epsilon, written so that a factor of 1 changes nothing.
            weights[.variance] = zip(factors, variances).map { factor, variance in
                let inverse = 1 / (Double(factor) * Double(factor))
                return Float(Double(variance) * inverse + epsilon * (inverse - 1))
            }
        }
        return weights
    }

    /// Statistics with a variance that compensates for a difference in epsilon.
    private static func shifted(
        _ weights: [OperationPart: [Float]], by difference: Double
    ) -> [OperationPart: [Float]] {
        var weights = weights
        weights[.variance] = weights[.variance]?.map { Float(max(0, Double($0) + difference)) }
        return weights
    }

    private static func entries(
        _ slots: [OperationPart: StateEntry], _ values: [OperationPart: [Float]], _ name: String
    ) -> [WeightFile.Entry] {
        OperationPart.allCases.compactMap { part in
            guard let values = values[part] else { return nil }
            guard let slot = slots[part] else {
                let isNothing = part == .bias && values.allSatisfy { $0 == 0 }
                return isNothing ? nil : entry("\(part) of '\(name)'", [values.count], values)
            }
            let shape = slot.tensor.shape
            let fits = shape.reduce(1, *) == values.count
            return entry(slot.name, fits ? shape : [values.count], values)
        }
    }

    private static func entry(
        _ name: String, _ shape: [Int], _ values: [Float]
    ) -> WeightFile.Entry {
        WeightFile.Entry(name, shape) { () throws(ModelFormatsError) in
            Tensor(values, shape: shape)
        }
    }
}

extension TracedGraph.Argument {
    /// The tensors in it.
    fileprivate var tensors: [TracedGraph.Identifier] {
        switch self {
        case .tensor(let tensor): [tensor]
        case .tensors(let list): list
        default: []
        }
    }
}
