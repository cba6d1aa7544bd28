import SafeNumbers

/// Equally spaced thresholds to sweep over distances.
public struct ThresholdGrid: Codable, Sendable, Hashable {
    /// The first threshold, a distance.
    public let start: Double
    /// Step between neighbouring thresholds; above 0.
    public let step: Double
    /// Number of thresholds; 1 to 1,000,000.
    public let count: Int

    /// insightface's grid for accuracy, `numpy.arange(0, 4, 0.01)`: 0, 0.01, ... 3.99.
    public static let hundredths = ThresholdGrid(uncheckedStart: 0, step: 0.01, count: 400)
    /// insightface's grid for TAR at a FAR, `numpy.arange(0, 4, 0.001)`: 0, 0.001, ... 3.999.
    public static let thousandths = ThresholdGrid(uncheckedStart: 0, step: 0.001, count: 4000)

    /// Creates a grid.
    ///
    /// - Throws: ``FaceEvaluationError/unusableGrid(start:step:count:)`` if a value is outside its range.
    public init(start: Double, step: Double, count: Int) throws {
        let end = start + Double(count) * step
        guard start.isFinite, step > 0, end.isFinite, (1...1_000_000).contains(count) else {
            throw FaceEvaluationError.unusableGrid(start: start, step: step, count: count)
        }
        self.init(uncheckedStart: start, step: step, count: count)
    }

    private init(uncheckedStart start: Double, step: Double, count: Int) {
        self.start = start
        self.step = step
        self.count = count
    }

    /// Decodes a grid and checks it as ``init(start:step:count:)`` does.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            start: container.decode(Double.self, forKey: .start),
            step: container.decode(Double.self, forKey: .step),
            count: container.decode(Int.self, forKey: .count))
    }

    /// The threshold at an index in `0..<count`, as `numpy.arange` computes it: by one
    /// multiplication, not by repeated addition.
    public subscript(index: Int) -> Double { start + Double(index) * step }

    /// Index of the first threshold that accepts a distance, i.e. is strictly above it; `count`
    /// if none does. The distance is finite.
    public func firstIndex(accepting distance: Double) -> Int {
        let guess = ((distance - start) / step).rounded(.down)
        var index = Int(saturating: min(max(guess, 0), Double(count)))
        // The division may round across a threshold; the comparison decides.
        while index > 0, distance < self[index - 1] { index -= 1 }
        while index < count, distance >= self[index] { index += 1 }
        return index
    }
}
