public import Torch

/// Normalisation of bytes before they enter a network: `(byte - mean) / standardDeviation`, in RGB order or, as
/// networks that were trained on OpenCV's images need, in BGR order.
public struct InputNormalization: Codable, Sendable, Hashable {
    /// Subtracted from each byte; 0...255.
    public var mean: Double
    /// Divisor of the difference; above 0.
    public var standardDeviation: Double
    /// Order of the channels.
    public var order: ColourOrder

    /// Keys in files; some are older than the properties' names.
    private enum CodingKeys: String, CodingKey {
        case mean, order
        case standardDeviation = "deviation"
    }

    /// To -1 ... 1: `(byte - 127.5) / 127.5`, as arcface_torch does.
    public static let standard = InputNormalization(mean: 127.5, standardDeviation: 127.5)

    /// Creates a normalisation.
    ///
    /// - Parameter standardDeviation: Above 0.
    public init(mean: Double, standardDeviation: Double, order: ColourOrder = .rgb) {
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.order = order
    }

    /// Converts bytes `[count, height, width, 3]` to a batch `[count, 3, height, width]`.
    public func images(
        pixels: [UInt8], count: Int, height: Int, width: Int, format: MemoryFormat, device: Device
    ) -> Tensor {
        let images = Tensor.images(
            pixels, count: count, height: height, width: width, mean: mean,
            standardDeviation: standardDeviation,
            format: format, device: device)
        return order == .rgb ? images : images.flipped(1).contiguous(format)
    }
}

/// Order of an image's channels.
public enum ColourOrder: String, Codable, Sendable, CaseIterable {
    /// Blue, green, red: AdaFace's published networks.
    case bgr
    /// Red, green, blue: insightface's.
    case rgb
}

extension InputNormalization: CustomStringConvertible {
    /// `RGB as (byte - 127.5) / 127.5`.
    public var description: String {
        "\(order.rawValue.uppercased()) as (byte - \(mean)) / \(standardDeviation)"
    }
}
