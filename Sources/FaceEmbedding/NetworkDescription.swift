import ONNX
import OpenVINO

/// A file's description of a network that OpenVINO runs, whatever its format.
struct NetworkDescription {
    let path: String
    /// Inputs that a caller must provide.
    let inputs: [ONNXFile.Value]
    let outputs: [ONNXFile.Value]
    /// Metadata from the file's writer.
    let metadata: [String: String]
    /// The arithmetic at its first input, where it can be recognised.
    let arithmetic: LeadingArithmetic?
    /// Whether products in it are rounded to integers.
    let isQuantized: Bool

    private static let quantized: Set = [
        "ConvInteger", "DequantizeLinear", "MatMulInteger", "QLinearConv", "QLinearMatMul",
    ]

    init(_ file: ONNXFile) {
        path = file.path
        inputs = file.inputs
        outputs = file.outputs
        metadata = file.metadata
        arithmetic = file.inputs.first.flatMap { LeadingArithmetic(file, $0.name) }
        isQuantized = file.nodes.contains { Self.quantized.contains($0.type) }
    }

    /// OpenVINO's format has its own operations, whose arithmetic is not analysed.
    init(_ file: IRFile) {
        func value(_ value: IRFile.Value) -> ONNXFile.Value {
            ONNXFile.Value(
                name: value.name, type: Self.types[value.type]?.rawValue ?? 0, shape: value.shape)
        }
        path = file.path
        inputs = file.inputs.map(value)
        outputs = file.outputs.map(value)
        metadata = file.metadata
        arithmetic = nil
        isQuantized = file.isQuantized
    }

    private static let types: [String: ONNXElementType] = [
        "f16": .float16, "f32": .float32, "f64": .float64, "u8": .uint8,
    ]
}
