import COpenVINO
public import Foundation

/// A network with one input that OpenVINO runs on the CPU, from an ONNX file or OpenVINO's own
/// format.
public final class OpenVINONetwork {
    /// Element types of a network's input; values are passed as `Float` and converted.
    public enum InputType: Sendable {
        case float16
        case float32
        case float64
        /// Bytes: values are rounded and clamped to 0...255.
        case uint8

        fileprivate var handle: cov_type {
            switch self {
            case .float16: COV_FLOAT16
            case .float32: COV_FLOAT32
            case .float64: COV_FLOAT64
            case .uint8: COV_UINT8
            }
        }
    }

    /// One output tensor of a run.
    public struct Output: Equatable, Sendable {
        /// Lengths of the dimensions.
        public var shape: [Int]
        /// The values in row-major order.
        public var values: [Float]
    }

    private let network: OpaquePointer
    private let path: String
    private let type: InputType

    /// Reads a network and compiles it for this processor.
    ///
    /// - Parameters:
    ///   - type: Element type of the network's input.
    ///   - shape: The input's shape; nil for an arbitrary length.
    ///   - threads: Number of threads; at least 1.
    ///   - bfloat16: Whether to compute products in bfloat16 if the processor supports it.
    /// - Throws: ``OpenVINOError``.
    public init(
        _ url: URL, type: InputType = .float32, shape: [Int?], threads: Int, bfloat16: Bool = false
    ) throws(OpenVINOError) {
        try OpenVINOLibrary.load()
        path = url.path
        self.type = type
        var out: OpaquePointer?
        let lengths = shape.map { Int64($0 ?? -1) }
        let message = cov_open(
            url.path, 1, lengths, lengths.count, Int32(clamping: max(1, threads)),
            bfloat16 ? "bf16" : "f32", &out)
        if let message {
            throw .unreadable(path: url.path, reason: Self.reason(message))
        }
        guard let out else { throw .unreadable(path: url.path, reason: "it is empty") }
        network = out
    }

    deinit { cov_close(network) }

    /// Runs the network.
    ///
    /// - Parameters:
    ///   - values: The input, row by row.
    ///   - shape: Its shape.
    ///   - output: The index of the output.
    /// - Throws: ``OpenVINOError/failed(path:reason:)``.
    public func callAsFunction(
        _ values: [Float], shape: [Int], output: Int = 0
    ) throws(OpenVINOError) -> Output {
        try run(values, shape)
        return try result(output)
    }

    /// Runs the network and returns its first outputs.
    ///
    /// - Parameters:
    ///   - values: The input, row by row.
    ///   - shape: Its shape.
    ///   - count: The number of outputs.
    /// - Throws: ``OpenVINOError/failed(path:reason:)``.
    public func outputs(
        _ values: [Float], shape: [Int], count: Int
    ) throws(OpenVINOError) -> [Output] {
        try run(values, shape)
        var outputs: [Output] = []
        for index in 0..<count { outputs.append(try result(index)) }
        return outputs
    }

    private func run(_ values: [Float], _ shape: [Int]) throws(OpenVINOError) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values are not \(shape)")
        try check(cov_run(network, type.handle, values, shape.map(Int64.init), shape.count))
    }

    /// Returns an output of the last run.
    private func result(_ output: Int) throws(OpenVINOError) -> Output {
        var lengths = [Int64](repeating: 0, count: 16)
        var rank = 0
        try check(cov_output_shape(network, output, &lengths, lengths.count, &rank))
        let made = lengths.prefix(rank).map { Int($0) }
        var result = [Float](repeating: 0, count: made.reduce(1, *))
        try check(cov_output_values(network, output, &result, result.count))
        return Output(shape: made, values: result)
    }

    private func check(_ message: UnsafeMutablePointer<CChar>?) throws(OpenVINOError) {
        guard let message else { return }
        throw .failed(path: path, reason: Self.reason(message))
    }

    /// The reason in one of OpenVINO's messages, which is freed.
    private static func reason(_ message: UnsafeMutablePointer<CChar>) -> String {
        defer { free(message) }
        return OpenVINOMessage(String(cString: message)).reason
    }
}

/// An error message of OpenVINO: lines with positions in its source code, followed by the reason.
struct OpenVINOMessage {
    /// The reason, in one line.
    let reason: String

    init(_ text: String) {
        for (mark, meaning) in Self.marks {
            guard let range = text.range(of: mark) else { continue }
            let names = text[range.upperBound...].prefix { !$0.isNewline }
            reason = "\(meaning) \(names.trimmingCharacters(in: .whitespaces))"
            return
        }
        let lines = text.split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !Self.isSourcePosition($0) }
        reason = lines.isEmpty ? "no reason is given" : lines.joined(separator: " ")
    }

    /// Phrases in messages about operators, and their meanings.
    private static let marks = [
        ("No conversion rule found for operations:", "it does not have the operators"),
        ("Conversion is failed for:", "it cannot run the operators"),
    ]

    /// Whether a line is only a position in OpenVINO's source code.
    private static func isSourcePosition(_ line: String) -> Bool {
        line.hasPrefix("Exception from src/") || line.hasPrefix("Check '")
    }
}
