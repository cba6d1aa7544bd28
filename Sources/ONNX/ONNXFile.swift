import CONNX
public import Foundation
import SafeNumbers

/// An ONNX file's description of its network: inputs, outputs, nodes, weights and metadata.
public final class ONNXFile {
    /// An input or output of the graph.
    public struct Value: Equatable, Sendable {
        /// Name of the value.
        public let name: String
        /// ONNX's number of the element type.
        public let type: Int
        /// Lengths of the dimensions, nil if arbitrary; nil if the number of dimensions is unknown.
        public let shape: [Int?]?

        /// Creates a description.
        public init(name: String, type: Int, shape: [Int?]?) {
            self.name = name
            self.type = type
            self.shape = shape
        }
    }

    /// An operation of the graph.
    public struct Node: Equatable, Sendable {
        /// The operator, e.g. `Conv`.
        public let type: String
        /// The operator's domain; empty for ONNX's own.
        public let domain: String
        /// Its name; may be empty.
        public let name: String
        /// Names of its inputs; empty for omitted ones.
        public let inputs: [String]
        /// Names of its outputs.
        public let outputs: [String]
    }

    /// A constant tensor of the graph, without its values.
    public struct Weights: Equatable, Sendable {
        /// Name of the tensor.
        public let name: String
        /// ONNX's number of the element type.
        public let type: Int
        /// Lengths of the dimensions.
        public let shape: [Int]
        /// The external file, next to the network's, that contains the values; empty if they are in
        /// the network's file.
        public let file: String
        /// Minimum size of the external file in bytes.
        public let fileEnd: Int
        /// Offset of the values in the external file, in bytes.
        public let fileStart: Int
    }

    /// Path of the file, for messages.
    public let path: String
    /// Version of the format.
    public let irVersion: Int
    /// Version of ONNX's operator set.
    public let operatorVersion: Int
    /// The program that wrote the file.
    public let producer: String
    /// The metadata of its writer.
    public let metadata: [String: String]
    /// Inputs of the graph, without weights, which older files list among them.
    public let inputs: [Value]
    /// Outputs of the graph, in order.
    public let outputs: [Value]
    /// The operations in topological order.
    public let nodes: [Node]
    /// Constant tensors of the graph.
    public let weights: [Weights]

    private let model: OpaquePointer

    /// Reads a file.
    ///
    /// - Throws: ``ONNXError`` if the file is damaged or its external weights are missing.
    public init(_ url: URL) throws(ONNXError) {
        var out: OpaquePointer?
        if let reason = message(connx_read(url.path, &out)) {
            throw .malformed(path: url.path, reason: reason)
        }
        guard let model = out else { throw .malformed(path: url.path, reason: "it is empty") }
        guard connx_operator_version(model) > 0 else {
            connx_free(model)
            throw .malformed(
                path: url.path, reason: "it does not say which version of ONNX's operators it has")
        }
        self.model = model
        path = url.path
        irVersion = Int(connx_ir_version(model))
        operatorVersion = Int(connx_operator_version(model))
        producer = text(connx_producer(model))
        metadata = Dictionary(
            (0..<connx_metadata_count(model)).map {
                (text(connx_metadata_key(model, $0)), text(connx_metadata_value(model, $0)))
            }, uniquingKeysWith: { first, _ in first })
        weights = (0..<connx_tensor_count(model)).map { Weights(model, $0) }
        let known = Set(weights.map(\.name))
        inputs = Value.all(model, CONNX_INPUTS).filter { !known.contains($0.name) }
        outputs = Value.all(model, CONNX_OUTPUTS)
        nodes = (0..<connx_node_count(model)).map { Node(model, $0) }
        try requireData(beside: url)
    }

    deinit { connx_free(model) }

    /// The first values of weights or of a `Constant` node, and the total number of values; nil for
    /// other names.
    public func constant(_ name: String, first limit: Int = 16) -> (values: [Double], count: Int)? {
        var values = [Double](repeating: 0, count: limit)
        var count = 0
        guard connx_constant(model, name, &values, limit, &count) else { return nil }
        return (Array(values.prefix(count)), count)
    }

    /// All values of weights or of a `Constant` node, and the shape.
    ///
    /// - Returns: Nil for other names, for elements that are not numbers, and if the number of values does
    ///   not match the shape.
    public func tensor(_ name: String) -> (values: [Float], shape: [Int])? {
        var lengths = [Int64](repeating: 0, count: Self.maxDimensions)
        let rank = Int(connx_constant_shape(model, name, &lengths, lengths.count))
        guard (0...lengths.count).contains(rank) else { return nil }
        let shape = lengths.prefix(rank).map { Int($0) }
        var count = 1
        for length in shape {
            let (product, isTooMany) = count.multipliedReportingOverflow(by: length)
            guard length >= 0, !isTooMany else { return nil }
            count = product
        }
        if let stored = weights.first(where: { $0.name == name }), !stored.file.isEmpty {
            return external(stored, count).map { ($0, shape) }
        }
        // Checked first, so that a false shape does not allocate memory.
        guard let found = constant(name, first: 0)?.count, found == count,
            let values = constant(name, first: count)?.values
        else { return nil }
        return (values.map { Float($0) }, shape)
    }

    /// The most dimensions that are supported.
    private static let maxDimensions = 16

    /// Values in an external file; nil if they are not in float32.
    private func external(_ stored: Weights, _ count: Int) -> [Float]? {
        let url = URL(fileURLWithPath: path).deletingLastPathComponent()
            .appendingPathComponent(stored.file)
        guard stored.type == ONNXElementType.float32.rawValue, stored.fileStart >= 0,
            let data = try? Data(contentsOf: url, options: .mappedIfSafe),
            stored.fileStart <= data.count,
            count <= (data.count - stored.fileStart) / MemoryLayout<Float>.size
        else { return nil }
        let range = stored.fileStart..<stored.fileStart + count * MemoryLayout<Float>.size
        return data.withUnsafeBytes {
            [Float](littleEndian: UnsafeRawBufferPointer(rebasing: $0[range]))
        }
    }

    /// A floating-point attribute of a node; nil if it is absent.
    public func float(_ attribute: String, ofNode index: Int) -> Double? {
        let value = connx_node_float(model, index, attribute, .nan)
        return value.isNaN ? nil : Double(value)
    }

    /// An integer attribute of a node; nil if it is absent.
    public func integer(_ attribute: String, ofNode index: Int) -> Int? {
        let value = connx_node_integer(model, index, attribute, .min)
        return value == .min ? nil : Int(value)
    }

    private func requireData(beside url: URL) throws(ONNXError) {
        let ends = Dictionary(weights.map { ($0.file, $0.fileEnd) }, uniquingKeysWith: max)
        for (name, end) in ends.sorted(by: { $0.key < $1.key }) where !name.isEmpty {
            guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
                throw .withoutData(
                    path: path, file: name, reason: "is not in the network's own folder")
            }
            let file = url.deletingLastPathComponent().appendingPathComponent(name)
            let size = (try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize).flatMap { $0 }
            guard let size else {
                throw .withoutData(path: path, file: name, reason: "does not exist")
            }
            guard size >= end else {
                throw .withoutData(
                    path: path, file: name,
                    reason: "has \(size) bytes instead of the \(end) that are needed")
            }
        }
    }
}

/// Converts a message to a string and frees it; nil if there is none.
func message(_ pointer: UnsafeMutablePointer<CChar>?) -> String? {
    guard let pointer else { return nil }
    defer { free(pointer) }
    return String(cString: pointer)
}

private func text(_ pointer: UnsafePointer<CChar>?) -> String {
    pointer.map { String(cString: $0) } ?? ""
}

extension ONNXFile.Value {
    fileprivate static func all(_ model: OpaquePointer, _ list: connx_list) -> [Self] {
        (0..<connx_value_count(model, list)).map { index in
            let rank = Int(connx_value_rank(model, list, index))
            let shape = (0..<max(0, rank)).map { axis -> Int? in
                let length = Int(connx_value_length(model, list, index, axis))
                return length < 0 ? nil : length
            }
            return Self(
                name: text(connx_value_name(model, list, index)),
                type: Int(connx_value_type(model, list, index)), shape: rank < 0 ? nil : shape)
        }
    }
}

extension ONNXFile.Node {
    fileprivate init(_ model: OpaquePointer, _ index: Int) {
        self.init(
            type: text(connx_node_type(model, index)),
            domain: text(connx_node_domain(model, index)),
            name: text(connx_node_name(model, index)),
            inputs: (0..<connx_node_input_count(model, index)).map {
                text(connx_node_input(model, index, $0))
            },
            outputs: (0..<connx_node_output_count(model, index)).map {
                text(connx_node_output(model, index, $0))
            })
    }
}

extension ONNXFile.Weights {
    fileprivate init(_ model: OpaquePointer, _ index: Int) {
        self.init(
            name: text(connx_tensor_name(model, index)), type: Int(connx_tensor_type(model, index)),
            shape: (0..<connx_tensor_rank(model, index)).map {
                Int(connx_tensor_length(model, index, $0))
            },
            file: text(connx_tensor_file(model, index)),
            fileEnd: Int(connx_tensor_file_end(model, index)),
            fileStart: Int(connx_tensor_file_start(model, index)))
    }
}
