public import FaceModels

/// The conversion of bytes to the input of another program's network: an order of colours, and
/// `(byte - mean) / standardDeviation`, for each of the three channels in that order.
public struct InputPreparation: Hashable, Sendable, CustomStringConvertible {
    /// The order of the channels.
    public var colourOrder: ColourOrder
    /// Subtracted from each byte; one number, or one per channel.
    public var mean: [Double]
    /// The divisor of the difference, above 0; one number, or one per channel.
    public var standardDeviation: [Double]

    /// Creates a preparation; mean and standard deviation have one number, or one per channel.
    public init(_ colourOrder: ColourOrder = .rgb, mean: [Double], standardDeviation: [Double]) {
        self.colourOrder = colourOrder
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// Values from -1 to 1, as in arcface_torch and insightface.
    public static let standard = InputPreparation(mean: [127.5], standardDeviation: [127.5])
    /// Unchanged bytes.
    public static let bytes = InputPreparation(mean: [0], standardDeviation: [1])
    /// Values from 0 to 1.
    public static let unit = InputPreparation(mean: [0], standardDeviation: [255])
    /// The normalisation of torchvision's ImageNet networks.
    public static let imageNet = InputPreparation(
        mean: [123.675, 116.28, 103.53], standardDeviation: [58.395, 57.12, 57.375])

    /// The other common preparations: all combinations of channel order and range.
    public var alternatives: [InputPreparation] {
        let ranges = [self, .standard, .bytes, .unit, .imageNet]
        let all = ColourOrder.allCases.flatMap { order in
            ranges.map {
                InputPreparation(order, mean: $0.mean, standardDeviation: $0.standardDeviation)
            }
        }
        var seen: Set = [self]
        return all.filter { seen.insert($0).inserted }
    }

    /// The preparation in words: `RGB as (byte - 127.5) / 127.5`.
    public var description: String {
        let isPlain = Set(mean) == [0] && Set(standardDeviation) == [1]
        if isPlain { return "\(colourOrder.rawValue.uppercased()) as bytes from 0 to 255" }
        let byte = Set(mean) == [0] ? "byte" : "(byte - \(Self.text(mean)))"
        return "\(colourOrder.rawValue.uppercased()) as \(byte) / \(Self.text(standardDeviation))"
    }

    /// The options of `facet evaluate` that request it.
    public var flags: String {
        "--colour \(colourOrder.rawValue) --input-mean \(Self.list(mean)) "
            + "--input-deviation \(Self.list(standardDeviation))"
    }

    private static func text(_ values: [Double]) -> String {
        values.count == 1 ? list(values) : "[\(list(values, ", "))]"
    }

    private static func list(_ values: [Double], _ separator: String = ",") -> String {
        values.map { Int(exactly: $0).map(String.init) ?? "\($0)" }.joined(separator: separator)
    }

    /// Bytes of a batch `[n, 3, h, w]` in RGB order, prepared.
    ///
    /// - Parameters:
    ///   - images: Number of images.
    ///   - isChannelsLast: Whether the result is `[n, h, w, 3]`.
    func prepared(_ bytes: [Float], images: Int, isChannelsLast: Bool) -> [Float] {
        precondition(
            images > 0 ? bytes.count % (3 * images) == 0 : bytes.isEmpty, "a part of an image")
        let area = images == 0 ? 0 : bytes.count / (3 * images)
        return [Float](unsafeUninitializedCapacity: bytes.count) { result, filled in
            bytes.withUnsafeBufferPointer { bytes in
                for image in 0..<images {
                    for channel in 0..<3 {
                        let source = 3 * image + (colourOrder == .bgr ? 2 - channel : channel)
                        let plane = UnsafeBufferPointer(
                            rebasing: bytes[source * area..<(source + 1) * area])
                        let subtracted = Float(mean[channel % mean.count])
                        let divisor = Float(standardDeviation[channel % standardDeviation.count])
                        // Two loops, of which the first one is computed by vectors.
                        if !isChannelsLast {
                            let start = (3 * image + channel) * area
                            for pixel in 0..<area {
                                result[start + pixel] = (plane[pixel] - subtracted) / divisor
                            }
                        } else {
                            let start = 3 * image * area + channel
                            for pixel in 0..<area {
                                result[start + 3 * pixel] = (plane[pixel] - subtracted) / divisor
                            }
                        }
                    }
                }
            }
            filled = bytes.count
        }
    }
}

/// The user's settings of a network's input, which override its file.
public struct RequestedInput: Hashable, Sendable {
    /// Order of the channels.
    public var colourOrder: ColourOrder?
    /// Subtracted from each byte: one number, or three.
    public var mean: [Double]?
    /// The divisor of the difference: one number, or three.
    public var standardDeviation: [Double]?

    /// Creates a request; nil if nothing is requested.
    public init(
        colourOrder: ColourOrder? = nil, mean: [Double]? = nil, standardDeviation: [Double]? = nil
    ) {
        self.colourOrder = colourOrder
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// Whether anything is requested.
    public var isEmpty: Bool { colourOrder == nil && mean == nil && standardDeviation == nil }

    /// The normalisation of a network that takes one mean and deviation for all channels; nil if three are
    /// requested.
    ///
    /// - Parameter stated: The normalisation in the network's file, which applies where nothing is
    ///   requested.
    public func normalization(over stated: InputNormalization = .standard) -> InputNormalization? {
        let (mean, deviation) = (
            self.mean ?? [stated.mean], self.standardDeviation ?? [stated.standardDeviation]
        )
        guard mean.count == 1, deviation.count == 1 else { return nil }
        return InputNormalization(
            mean: mean[0], standardDeviation: deviation[0], order: colourOrder ?? stated.order)
    }

    /// A preparation in which the requested values replace its own.
    func applied(to preparation: InputPreparation) -> InputPreparation {
        InputPreparation(
            colourOrder ?? preparation.colourOrder, mean: mean ?? preparation.mean,
            standardDeviation: standardDeviation ?? preparation.standardDeviation)
    }
}
