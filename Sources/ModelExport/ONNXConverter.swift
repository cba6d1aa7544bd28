import Foundation
import ONNX
import Torch

/// Converts operations recorded by LibTorch to ONNX.
///
/// Operators are those of version 13, which ONNX Runtime (since 1.7, 2020), OpenCV, OpenVINO and TensorRT
/// support; networks with layer normalisation need version 17. Batch normalisations behind a convolution or
/// a linear map are folded into it unless that is switched off. A length that scales with the number of
/// images becomes dynamic.
final class ONNXConverter {
    let recording: BatchTrace
    let options: ONNXOptions
    let graph: ONNXGraph
    /// Operator version required so far.
    private(set) var operatorVersion = 13
    /// The name of the network's output.
    private(set) var output = ""

    /// Names of tensors in the graph.
    private var names: [TracedGraph.Identifier: String] = [:]
    /// Weights, and other values that do not depend on images.
    private var constants: [TracedGraph.Identifier: Constant] = [:]
    private var written: Set<String> = []
    /// Ranges of the products' inputs, by names in the graph; empty if nothing is rounded.
    private let ranges: [String: ActivationRange]
    /// Inputs of products: names in the graph, and the tensors.
    private(set) var observed: [(name: String, tensor: TracedGraph.Identifier)] = []
    /// Number of operations that use each tensor.
    private var uses: [TracedGraph.Identifier: Int] = [:]
    /// The normalisations that are folded into the preceding operation, by its result.
    private var folded: [TracedGraph.Identifier: TracedGraph.Operation] = [:]
    private let title: String

    /// A tensor whose values are known during conversion.
    struct Constant {
        var name: String
        var values: [Float]
        var shape: [Int]
    }

    /// Converts a network.
    ///
    /// - Parameters:
    ///   - input: Name of the network's input tensor.
    ///   - title: The network's name, for messages.
    /// - Returns: The converter, after the whole network has been converted.
    static func convert(
        _ recording: BatchTrace, into graph: ONNXGraph, from input: String,
        _ options: ONNXOptions, ranges: [String: ActivationRange] = [:], title: String
    ) throws -> ONNXConverter {
        let converter = ONNXConverter(recording, graph, options, ranges, title)
        let trace = recording.trace
        converter.names[0] = input
        for operation in trace.operations { try converter.convert(operation) }
        converter.output = try converter.name(.tensor(trace.output))
        return converter
    }

    private init(
        _ recording: BatchTrace, _ graph: ONNXGraph, _ options: ONNXOptions,
        _ ranges: [String: ActivationRange], _ title: String
    ) {
        self.recording = recording
        self.ranges = ranges
        self.graph = graph
        self.options = options
        self.title = title
        for operation in trace.operations {
            for case .tensor(let tensor) in operation.arguments { uses[tensor, default: 0] += 1 }
            for case .tensors(let list) in operation.arguments {
                for tensor in list { uses[tensor, default: 0] += 1 }
            }
        }
        if options.foldsBatchNorm { findFoldings() }
    }

    /// The trace with the smaller batch.
    var trace: TracedGraph { recording.trace }

    /// Finds the normalisations that are the only users of a convolution's or a linear map's result.
    private func findFoldings() {
        let mappings: Set = ["aten::_convolution", "aten::conv2d", "aten::linear"]
        let made = Set(
            trace.operations.filter { mappings.contains($0.name) }.flatMap(\.results))
        for operation in trace.operations where operation.name == "aten::batch_norm" {
            guard case .tensor(let input) = operation.arguments[0], made.contains(input),
                uses[input] == 1, trace.shape(of: input).count != 3
            else { continue }
            folded[input] = operation
        }
    }

    // MARK: What converters use

    /// The error for an operation, or a variant of it, that ONNX cannot express.
    func unsupported(_ operation: TracedGraph.Operation) -> ModelExportError {
        .unsupported(operation: operation.name, network: title)
    }

    /// Records that a minimum operator version is required.
    func require(operators version: Int) { operatorVersion = max(operatorVersion, version) }

    /// The normalisation that is folded into the operation with this result.
    func folding(into tensor: TracedGraph.Identifier) -> TracedGraph.Operation? { folded[tensor] }

    /// Whether an operation is a normalisation that was folded.
    func isFolded(_ operation: TracedGraph.Operation) -> Bool {
        guard case .tensor(let input)? = operation.arguments.first else { return false }
        return operation.name == "aten::batch_norm" && folded[input] != nil
    }

    /// Lengths of an argument's dimensions.
    func shape(_ argument: TracedGraph.Argument) -> [Int] {
        guard case .tensor(let tensor) = argument else { return [] }
        return constants[tensor]?.shape ?? trace.shape(of: tensor)
    }

    /// Values of an argument that does not depend on images; nil for others.
    func constant(_ argument: TracedGraph.Argument) -> Constant? {
        guard case .tensor(let tensor) = argument else { return nil }
        if let known = constants[tensor] { return known }
        guard names[tensor] == nil, let value = recording.constant(tensor) else { return nil }
        let known = Constant(
            name: trace.entry(tensor)?.name ?? "constant_\(tensor)",
            values: value.array(of: Float.self), shape: value.shape)
        constants[tensor] = known
        return known
    }

    /// Records the value of a result that does not depend on images.
    func define(_ result: TracedGraph.Identifier, as constant: Constant) {
        constants[result] = constant
    }

    /// The name of an argument in the graph; weights are written on first use.
    func name(_ argument: TracedGraph.Argument) throws -> String {
        switch argument {
        case .tensor(let tensor):
            if let name = names[tensor] { return name }
            guard let constant = constant(argument) else { break }
            names[tensor] = add(constant)
            return names[tensor] ?? constant.name
        case .int(let value): return scalar(Double(value))
        case .float(let value): return scalar(value)
        default: break
        }
        throw ModelExportError.unsupported(operation: "\(argument)", network: title)
    }

    /// Writes weights, each only once.
    func add(_ constant: Constant) -> String {
        guard written.insert(constant.name).inserted else { return constant.name }
        if options.isHalf {
            graph.addHalfTensor(constant.name, constant.values, shape: constant.shape)
        } else {
            graph.addTensor(constant.name, constant.values, shape: constant.shape)
        }
        return constant.name
    }

    /// Whether a name is used for the first time.
    func isNew(_ name: String) -> Bool { written.insert(name).inserted }

    /// The range of a product's input; nil if it is not rounded. The range of the network's input is stored
    /// under the input's name, even after preprocessing.
    func range(of name: String) -> ActivationRange? {
        ranges[name == names[0] ? ExportedNetwork.input : name]
    }

    /// Records that a tensor is the input of a product.
    func observe(_ name: String, like argument: TracedGraph.Argument) {
        guard case .tensor(let tensor) = argument, !observed.contains(where: { $0.name == name })
        else { return }
        observed.append((name, tensor))
    }

    /// A tensor of one number.
    func scalar(_ value: Double) -> String {
        add(Constant(name: "value_\(Float(value))", values: [Float(value)], shape: []))
    }

    /// A tensor of whole numbers, such as a shape.
    func integers(_ values: [Int]) -> String {
        let name = "ints_" + values.map(String.init).joined(separator: "_")
        if written.insert(name).inserted { graph.addTensor(name, values) }
        return name
    }

    /// A shape tensor, in which lengths that scale with the number of images are computed when the network
    /// runs.
    func shape(_ lengths: [BatchTrace.Length]) -> String {
        let known = lengths.compactMap { length -> Int? in
            if case .fixed(let length) = length { length } else { nil }
        }
        if known.count == lengths.count { return integers(known) }
        var text: [String] = []
        let parts = lengths.map { length -> String in
            switch length {
            case .fixed(let length):
                text.append("\(length)")
                return integers([length])
            case .perImage(let count):
                text.append("\(count)n")
                return images(count)
            }
        }
        let name = "shape_" + text.joined(separator: "_")
        if isNew(name) { graph.addNode("Concat", parts, output: name, ["axis": .int(0)]) }
        return name
    }

    /// A multiple of the number of images, as a tensor of one element.
    private func images(_ count: Int) -> String {
        if isNew("image_count") {
            graph.addNode("Shape", [ExportedNetwork.input], output: "input_shape")
            graph.addNode(
                "Slice", ["input_shape", integers([0]), integers([1])], output: "image_count")
        }
        guard count != 1 else { return "image_count" }
        let name = "image_count_\(count)"
        if isNew(name) { graph.addNode("Mul", ["image_count", integers([count])], output: name) }
        return name
    }

    /// Makes a result an alias of another tensor.
    func alias(_ result: TracedGraph.Identifier, _ argument: TracedGraph.Argument) throws {
        if let constant = constant(argument) { return define(result, as: constant) }
        names[result] = try name(argument)
    }

    /// Adds an operator that computes the result of an operation.
    func emit(
        _ type: String, _ inputs: [String], _ result: TracedGraph.Identifier,
        _ attributes: [String: ONNXGraph.Attribute] = [:]
    ) {
        let name = "t\(result)"
        graph.addNode(type, inputs, output: name, attributes)
        names[result] = name
    }

    /// Adds an intermediate operator of an operation, and returns the name of its result.
    func step(
        _ type: String, _ inputs: [String], _ result: TracedGraph.Identifier, _ suffix: String,
        _ attributes: [String: ONNXGraph.Attribute] = [:]
    ) -> String {
        let name = "t\(result)_\(suffix)"
        graph.addNode(type, inputs, output: name, attributes)
        return name
    }
}
