/// The range of a network's tensor on faces, and its quantisation to bytes.
struct ActivationRange: Hashable, Sendable {
    /// The lowest value, 0 or below: 0 must be exactly representable as a byte, since borders are padded
    /// with it.
    let low: Double
    /// The highest value, 0 or above.
    let high: Double
    /// The mean of each channel.
    let means: [Double]

    init(low: Double, high: Double, means: [Double]) {
        self.low = min(0, low)
        self.high = max(0, high)
        self.means = means
    }

    /// Size of one quantisation step.
    var scale: Float {
        let scale = Float((high - low) / 255)
        return scale > 0 && scale.isFinite ? scale : 1
    }

    /// The zero point: the byte that represents 0.
    var zero: UInt8 { UInt8(min(255, max(0, (-low / Double(scale)).rounded()))) }
}

/// Collects the range of a tensor's values on faces: the means of each face's lowest and highest values, so
/// that one outlier does not make all steps coarse.
struct ActivationStatistics {
    private var lows = 0.0
    private var highs = 0.0
    private var images = 0
    private var sums: [Double] = []
    private var places = 0

    /// Adds a batch `[n, c, h, w]`, `[n, c]` or `[n, positions, c]`.
    mutating func add(_ values: [Float], shape: [Int]) {
        guard shape.count >= 2, let count = shape.first, count > 0 else { return }
        let isImage = shape.count != 3
        let channels = shape[isImage ? 1 : 2]
        let length = values.count / count
        let inner = isImage ? length / max(1, channels) : 1
        if sums.isEmpty { sums = [Double](repeating: 0, count: channels) }
        guard sums.count == channels, length > 0 else { return }
        for image in 0..<count {
            var (low, high) = (Float.infinity, -Float.infinity)
            for start in stride(from: 0, to: length, by: inner) {
                var sum: Float = 0
                for index in image * length + start..<image * length + start + inner {
                    let value = values[index]
                    low = min(low, value)
                    high = max(high, value)
                    sum += value
                }
                sums[start / inner % channels] += Double(sum)
            }
            lows += Double(low)
            highs += Double(high)
        }
        images += count
        places += values.count / channels
    }

    /// The range; nil before the first batch, or where values are not finite.
    var range: ActivationRange? {
        guard images > 0, places > 0, lows.isFinite, highs.isFinite else { return nil }
        return ActivationRange(
            low: lows / Double(images), high: highs / Double(images),
            means: sums.map { $0 / Double(places) })
    }
}
