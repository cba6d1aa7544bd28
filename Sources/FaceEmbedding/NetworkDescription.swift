import ONNX
import OpenVINO

/// What a file says about a network that OpenVINO runs, whichever its format is.
struct NetworkDescription {
    let path: String
    /// Inputs that a caller gives.
    let inputs: [ONNXFile.Value]
    let outputs: [ONNXFile.Value]
    /// What its writer says about it.
    let metadata: [String: String]
    /// What it does with its first input before anything else, where that can be seen.
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

    /// OpenVINO's own format has operations of its own, which are not followed.
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
