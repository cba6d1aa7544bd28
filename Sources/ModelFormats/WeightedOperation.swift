import ONNX
import Torch

/// The kind of an operation with weights, and the shape of its first weight: by these, operations of two
/// graphs are matched.
struct OperationKey: Hashable, Comparable {
    enum Kind: String {
        case convolution, difference, layerNormalization, linear, matrix, normalization, product
        case quotient, slope, sum
    }

    let kind: Kind
    /// The shape of the weight of convolutions and linear maps; for other kinds, the number of
    /// elements.
    let shape: [Int]

    /// The key of an operation with a weight of a shape.
    ///
    /// A convolution of one pixel is a linear map: converters write one as the other where the image is one pixel, as
    /// within squeeze-and-excitation.
    init(_ kind: Kind, weight shape: [Int]) {
        let isLinear = kind == .linear || kind == .convolution && shape.dropFirst(2) == [1, 1]
        self.kind = isLinear ? .linear : kind
        self.shape =
            isLinear
            ? Array(shape.prefix(2))
            : kind == .convolution ? shape : [shape.reduce(1, *)]
    }

    static func < (first: Self, second: Self) -> Bool { first.description < second.description }
}

extension OperationKey: CustomStringConvertible {
    /// `convolution [64, 3, 3, 3]`.
    var description: String { "\(kind.rawValue) \(shape)" }

    /// Elementwise kinds, which have only one operand as weight.
    private static let elementwise: Set<Kind> = [.difference, .product, .quotient, .sum]

    /// Whether it may normalise the three colours of an image, which is not part of a network.
    var mayPrepareInput: Bool { Self.elementwise.contains(kind) && shape == [3] }
}

/// The role of a weight in an operation.
enum OperationPart: CaseIterable {
    case weight, bias, mean, variance
}

/// An operation with weights.
struct WeightedOperation<Weight> {
    let key: OperationKey
    /// Its name, for messages.
    let name: String
    var weights: [OperationPart: Weight]
    /// The epsilon of a normalisation.
    var epsilon = 1e-5
    /// Weights and epsilon of a normalisation that follows it and is the only user of its output.
    var normalization: (weights: [OperationPart: Weight], epsilon: Double)?
}

// MARK: Of a backbone

extension WeightedOperation where Weight == StateEntry {
    /// The operations of a backbone in the order of computation.
    static func all(of graph: TracedGraph) -> [Self] {
        var reader = TraceReader(graph)
        return reader.operations()
    }
}

/// Finds operations with weights in a traced backbone.
private struct TraceReader {
    private let graph: TracedGraph
    /// Reshaped weights.
    private var reshaped: [TracedGraph.Identifier: StateEntry] = [:]
    private var uses: [TracedGraph.Identifier: Int] = [:]
    /// Indices of the operations so far, by their results.
    private var indices: [TracedGraph.Identifier: Int] = [:]
    private var found: [WeightedOperation<StateEntry>] = []

    private static let same: Set = [
        "alias", "contiguous", "detach", "expand", "reshape", "to", "unsqueeze", "view",
    ]
    private static let elementwise: [String: OperationKey.Kind] = [
        "add": .sum, "div": .quotient, "matmul": .matrix, "mul": .product, "sub": .difference,
    ]

    init(_ graph: TracedGraph) {
        self.graph = graph
        for operation in graph.operations {
            for case .tensor(let tensor) in operation.arguments { uses[tensor, default: 0] += 1 }
        }
    }

    mutating func operations() -> [WeightedOperation<StateEntry>] {
        for operation in graph.operations { add(operation) }
        return found
    }

    private func entry(_ argument: TracedGraph.Argument) -> StateEntry? {
        guard case .tensor(let tensor) = argument else { return nil }
        return graph.entry(tensor) ?? reshaped[tensor]
    }

    private mutating func add(_ operation: TracedGraph.Operation) {
        guard operation.name.hasPrefix("aten::"), let result = operation.results.first else {
            return
        }
        let kind = String(operation.name.dropFirst(6))
        let arguments = operation.arguments
        switch kind {
        case "_convolution", "conv2d": append(.convolution, arguments, [1, 2], result)
        case "linear": append(.linear, arguments, [1, 2], result)
        case "layer_norm": append(.layerNormalization, arguments, [2, 3], result)
        case "prelu": append(.slope, arguments, [1], result)
        case "batch_norm": appendNormalization(arguments, result)
        default:
            if Self.same.contains(kind) {
                if let entry = entry(arguments[0]),
                    graph.shape(of: result).reduce(1, *) == entry.tensor.count
                {
                    reshaped[result] = entry
                }
            } else if let type = Self.elementwise[kind], arguments.count > 1 {
                let operand = entry(arguments[0]) == nil ? 1 : 0
                append(type, arguments, [operand], result)
            }
        }
    }

    private mutating func append(
        _ kind: OperationKey.Kind, _ arguments: [TracedGraph.Argument], _ parts: [Int],
        _ result: Int
    ) {
        guard let weight = entry(arguments[parts[0]]) else { return }
        var weights: [OperationPart: StateEntry] = [.weight: weight]
        if parts.count > 1 { weights[.bias] = entry(arguments[parts[1]]) }
        indices[result] = found.count
        found.append(
            WeightedOperation(
                key: OperationKey(kind, weight: weight.tensor.shape),
                name: weight.name, weights: weights))
    }

    private mutating func appendNormalization(_ arguments: [TracedGraph.Argument], _ result: Int) {
        let parts = zip([OperationPart.weight, .bias, .mean, .variance], arguments[1...4])
        let weights = Dictionary(
            parts.compactMap { part, argument in entry(argument).map { (part, $0) } },
            uniquingKeysWith: { first, _ in first })
        guard let mean = weights[.mean] else { return }
        var epsilon = 1e-5
        if case .float(let value) = arguments[7] { epsilon = value }
        if case .tensor(let input) = arguments[0], uses[input] == 1, let index = indices[input],
            found[index].key.isFoldable
        {
            found[index].normalization = (weights, epsilon)
            return
        }
        found.append(
            WeightedOperation(
                key: OperationKey(.normalization, weight: mean.tensor.shape),
                name: mean.name, weights: weights, epsilon: epsilon))
    }
}

extension OperationKey {
    /// Whether converters fold a following normalisation into it.
    fileprivate var isFoldable: Bool { kind == .convolution || kind == .linear }
}

// MARK: Of an ONNX file

extension WeightedOperation where Weight == [Float] {
    /// The operations of a file in order.
    static func all(of file: ONNXFile) -> [Self] {
        var reader = GraphReader(file)
        return reader.operations()
    }
}

/// Finds operations with weights in an ONNX file.
private struct GraphReader {
    private let file: ONNXFile
    /// The inputs of `Identity` nodes by the names of their outputs.
    private var same: [String: String] = [:]
    /// Indices of the nodes that use a value.
    private var users: [String: [Int]] = [:]
    /// Indices of nodes that were merged with a preceding one.
    private var taken: Set<Int> = []
    private var found: [WeightedOperation<[Float]>] = []

    private static let elementwise: [String: OperationKey.Kind] = [
        "Add": .sum, "Div": .quotient, "Mul": .product, "Sub": .difference,
    ]

    init(_ file: ONNXFile) {
        self.file = file
        for (index, node) in file.nodes.enumerated() {
            for input in node.inputs { users[input, default: []].append(index) }
            if node.type == "Identity", let input = node.inputs.first,
                let output = node.outputs.first
            {
                same[output] = input
            }
        }
    }

    mutating func operations() -> [WeightedOperation<[Float]>] {
        for index in file.nodes.indices where !taken.contains(index) { add(index) }
        return found
    }

    private func constant(_ inputs: [String], _ position: Int) -> (values: [Float], shape: [Int])? {
        guard inputs.indices.contains(position) else { return nil }
        var name = inputs[position]
        // A valid graph has no cycles, but a file may.
        for _ in 0..<8 {
            guard let other = same[name] else { break }
            name = other
        }
        return name.isEmpty ? nil : file.tensor(name)
    }

    private mutating func add(_ index: Int) {
        let node = file.nodes[index]
        switch node.type {
        case "Conv": append(.convolution, index, constant(node.inputs, 1))
        case "Gemm":
            let isTransposed = file.integer("transB", ofNode: index) == 1
            let weight = constant(node.inputs, 1)
            append(.linear, index, isTransposed ? weight : weight.flatMap(Self.transposed))
        case "MatMul": appendProduct(index)
        case "BatchNormalization": appendNormalization(index)
        case "LayerNormalization": append(.layerNormalization, index, constant(node.inputs, 1))
        case "PRelu": append(.slope, index, constant(node.inputs, 1))
        default:
            guard let kind = Self.elementwise[node.type] else { return }
            let operand = constant(node.inputs, 1) ?? constant(node.inputs, 0)
            if let operand, operand.values.count > 1 { append(kind, index, operand) }
        }
    }

    private mutating func append(
        _ kind: OperationKey.Kind, _ index: Int, _ weight: (values: [Float], shape: [Int])?,
        bias: [Float]? = nil, output: String? = nil
    ) {
        guard let weight else { return }
        let node = file.nodes[index]
        let hasBias = [.convolution, .linear, .layerNormalization].contains(kind)
        var weights: [OperationPart: [Float]] = [.weight: weight.values]
        weights[.bias] =
            bias ?? (hasBias && node.type != "MatMul" ? constant(node.inputs, 2)?.values : nil)
        var operation = WeightedOperation(
            key: OperationKey(kind, weight: weight.shape),
            name: node.name.isEmpty ? node.outputs.first ?? "" : node.name, weights: weights)
        if operation.key.isFoldable {
            operation.normalization = normalization(after: output ?? node.outputs.first ?? "")
        }
        found.append(operation)
    }

    /// The normalisation that is the only user of a value.
    private mutating func normalization(
        after value: String
    ) -> (weights: [OperationPart: [Float]], epsilon: Double)? {
        guard let user = users[value]?.first, users[value]?.count == 1,
            file.nodes[user].type == "BatchNormalization"
        else { return nil }
        taken.insert(user)
        return statistics(user)
    }

    private func statistics(
        _ index: Int
    ) -> (weights: [OperationPart: [Float]], epsilon: Double)? {
        let parts: [OperationPart] = [.weight, .bias, .mean, .variance]
        var weights: [OperationPart: [Float]] = [:]
        for (offset, part) in parts.enumerated() {
            guard let values = constant(file.nodes[index].inputs, offset + 1)?.values else {
                return nil
            }
            weights[part] = values
        }
        return (weights, file.float("epsilon", ofNode: index) ?? 1e-5)
    }

    private mutating func appendNormalization(_ index: Int) {
        guard let (weights, epsilon) = statistics(index) else { return }
        let node = file.nodes[index]
        found.append(
            WeightedOperation(
                key: OperationKey(.normalization, weight: [weights[.mean]?.count ?? 0]),
                name: node.name.isEmpty ? node.outputs.first ?? "" : node.name,
                weights: weights, epsilon: epsilon))
    }

    /// Appends a linear map without a bias, or with one that the next node adds.
    private mutating func appendProduct(_ index: Int) {
        let node = file.nodes[index]
        guard let matrix = constant(node.inputs, 1), let output = node.outputs.first else {
            return append(.matrix, index, constant(node.inputs, 0))
        }
        guard let transposed = Self.transposed(matrix) else {
            return append(.matrix, index, matrix)
        }
        guard let user = users[output]?.first, users[output]?.count == 1,
            file.nodes[user].type == "Add",
            let bias = constant(file.nodes[user].inputs, 1) ?? constant(file.nodes[user].inputs, 0),
            bias.values.count == transposed.shape[0]
        else { return append(.linear, index, transposed) }
        taken.insert(user)
        append(
            .linear, index, transposed, bias: bias.values, output: file.nodes[user].outputs.first)
    }

    /// A transposed matrix; nil for tensors of other ranks.
    private static func transposed(
        _ matrix: (values: [Float], shape: [Int])
    ) -> (values: [Float], shape: [Int])? {
        guard matrix.shape.count == 2 else { return nil }
        let (rows, columns) = (matrix.shape[0], matrix.shape[1])
        var values = matrix.values
        for row in 0..<rows {
            for column in 0..<columns {
                values[column * rows + row] = matrix.values[row * columns + column]
            }
        }
        return (values, [columns, rows])
    }
}
