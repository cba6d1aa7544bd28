import Foundation

/// The metadata strings that describe a network's input; the same in safetensors, ONNX and
/// TorchScript files of Facet and other programs.
public enum ModelMetadata {
    /// One number, or three separated by commas, all finite; nil for anything else.
    public static func numbers(_ text: String?) -> [Double]? {
        guard let parts = text?.split(separator: ",", omittingEmptySubsequences: false),
            parts.count == 1 || parts.count == 3
        else { return nil }
        let values = parts.compactMap { Double($0.filter { !$0.isWhitespace }) }
        return values.count == parts.count && values.allSatisfy(\.isFinite) ? values : nil
    }

    /// A number within a range; nil for anything else, including three numbers.
    static func number(_ text: String?, in range: ClosedRange<Double>) -> Double? {
        guard let values = numbers(text), values.count == 1, range.contains(values[0]) else {
            return nil
        }
        return values[0]
    }

    /// `RGB` or `BGR`, regardless of case; nil for anything else.
    public static func colourOrder(_ text: String?) -> ColourOrder? {
        text.flatMap { ColourOrder(rawValue: $0.lowercased()) }
    }

    /// The values of `mean`, `deviation` and `color_order`; nil if one of them is missing or invalid.
    public static func normalization(_ strings: [String: String]) -> InputNormalization? {
        guard let mean = number(strings["mean"], in: means),
            let deviation = number(strings["deviation"], in: deviations),
            let order = colourOrder(strings["color_order"])
        else { return nil }
        return InputNormalization(mean: mean, standardDeviation: deviation, order: order)
    }

    /// Allowed means.
    static let means = 0.0...255
    /// Allowed divisors.
    static let deviations = 0.1...10_000

    /// A mean face as text: its bytes in base64.
    public static func text(ofMeanFace bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
    }

    /// The bytes of a mean face, a square of at most 64 x 64; nil for any other text.
    public static func meanFace(_ text: String?) -> [UInt8]? {
        guard let text, text.utf8.count <= 8192, let bytes = Data(base64Encoded: text),
            (1...64).contains(where: { $0 * $0 == bytes.count })
        else { return nil }
        return [UInt8](bytes)
    }
}
