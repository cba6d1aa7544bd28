import CONNX
public import Foundation
import SafeNumbers

/// An ONNX network under construction.
///
/// ```swift
/// let graph = ONNXGraph(name: "scale", producer: ("example", "1"))
/// graph.addInput("x", type: .float32, shape: [nil, 3])
/// graph.addTensor("two", [2], shape: [1])
/// graph.addNode("Mul", ["x", "two"], output: "y")
/// graph.addOutput("y", type: .float32, shape: [nil, 3])
/// let file = try graph.data(irVersion: 7, operatorVersion: 13)
/// ```
public final class ONNXGraph {
    /// An attribute of a node.
    public enum Attribute: Equatable, Sendable {
        /// A floating-point number.
        case float(Double)
        case int(Int)
        case ints([Int])
    }

    private let model: OpaquePointer
    private var nodeCount: [String: Int] = [:]

    /// Creates an empty graph.
    ///
    /// - Parameters:
    ///   - name: The graph's name.
    ///   - producer: Name and version of the program that creates it.
    public init(name: String, producer: (name: String, version: String)) {
        model = connx_new()
        connx_set_graph_name(model, name)
        connx_set_producer(model, producer.name, producer.version)
    }

    deinit { connx_free(model) }

    /// Adds an entry to the network's metadata.
    public func addMetadata(_ key: String, _ value: String) {
        connx_add_metadata(model, key, value)
    }

    /// Adds an input. A length of nil is arbitrary, and is named `batch`.
    public func addInput(_ name: String, type: ONNXElementType, shape: [Int?]) {
        add(CONNX_INPUTS, name, type, shape)
    }

    /// Adds an output. A length of nil is arbitrary, and is named `batch`.
    public func addOutput(_ name: String, type: ONNXElementType, shape: [Int?]) {
        add(CONNX_OUTPUTS, name, type, shape)
    }

    private func add(
        _ list: connx_list, _ name: String, _ type: ONNXElementType, _ shape: [Int?]
    ) {
        let lengths = shape.map { Int64($0 ?? -1) }
        connx_add_value(model, list, name, Int32(type.rawValue), lengths, lengths.count)
    }

    /// Adds weights in float32.
    public func addTensor(_ name: String, _ values: [Float], shape: [Int]) {
        add(name, [UInt8](littleEndian: values), .float32, shape)
    }

    #if !(os(macOS) && arch(x86_64))
        /// Adds weights in float16; values that are too large become infinite.
        public func addHalfTensor(_ name: String, _ values: [Float], shape: [Int]) {
            add(name, values.map { Float16($0).bitPattern.littleEndian }, .float16, shape)
        }
    #endif

    /// Adds weights as signed bytes.
    public func addTensor(_ name: String, _ values: [Int8], shape: [Int]) {
        add(name, values, .int8, shape)
    }

    /// Adds a constant tensor of `uint8` values.
    public func addTensor(_ name: String, _ values: [UInt8], shape: [Int]) {
        add(name, values, .uint8, shape)
    }

    /// Adds a constant tensor of `int32` values.
    public func addTensor(_ name: String, _ values: [Int32], shape: [Int]) {
        add(name, values.map { $0.littleEndian }, .int32, shape)
    }

    /// Adds a constant vector of `int64` values, such as a shape.
    public func addTensor(_ name: String, _ values: [Int]) {
        add(name, values.map { Int64($0).littleEndian }, .int64, [values.count])
    }

    private func add<Element>(
        _ name: String, _ elements: [Element], _ type: ONNXElementType, _ shape: [Int]
    ) {
        elements.withUnsafeBytes { bytes in
            connx_add_tensor(
                model, name, Int32(type.rawValue), shape.map(Int64.init), shape.count,
                bytes.baseAddress, bytes.count)
        }
    }

    /// Adds an operation; those that it depends on must be added before.
    ///
    /// - Parameters:
    ///   - type: The operator, e.g. `Conv`.
    ///   - inputs: Names of its inputs; empty for omitted ones.
    ///   - output: Name of its output.
    public func addNode(
        _ type: String, _ inputs: [String], output: String, _ attributes: [String: Attribute] = [:]
    ) {
        let number = nodeCount[type, default: 0]
        nodeCount[type] = number + 1
        let texts = inputs.map { strdup($0) }
        defer { texts.forEach { free($0) } }
        let node = connx_add_node(
            model, type, "\(type)_\(number)", texts.map { UnsafePointer($0) }, texts.count, output)
        for (name, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
            switch attribute {
            case .float(let value): connx_node_set_float(model, node, name, Float(value))
            case .int(let value): connx_node_set_integer(model, node, name, Int64(value))
            case .ints(let values):
                connx_node_set_integers(model, node, name, values.map(Int64.init), values.count)
            }
        }
    }

    /// Encodes the network as a file.
    ///
    /// - Parameters:
    ///   - irVersion: Version of the format.
    ///   - operatorVersion: Version of ONNX's operator set.
    /// - Throws: ``ONNXError/unwritable(reason:)`` for a network of more than 2 GB.
    public func data(irVersion: Int, operatorVersion: Int) throws(ONNXError) -> Data {
        connx_set_versions(model, Int64(irVersion), Int64(operatorVersion))
        var bytes: UnsafeMutableRawPointer?
        var count = 0
        if let reason = message(connx_bytes(model, &bytes, &count)) {
            throw .unwritable(reason: reason)
        }
        guard let bytes else { return Data() }
        return Data(bytesNoCopy: bytes, count: count, deallocator: .free)
    }
}
