import SafeNumbers

/// A threshold and its acceptance rates.
public struct ROCPoint: Codable, Sendable, Hashable {
    /// A pair is accepted if and only if its squared L2 distance is strictly below this.
    ///
    /// Between two distinct distances it is the value halfway. At the first point it is the
    /// smallest distance, so nothing is accepted; at the last point it is the number after the
    /// largest distance.
    public let threshold: Double
    /// False acceptance rate: fraction of the pairs of different people accepted; 0...1.
    public let far: Double
    /// True acceptance rate: fraction of the pairs of the same person accepted; 0...1.
    public let tar: Double

    /// False rejection rate, `1 - TAR`: with ``far`` a point of the detection error trade-off (DET).
    public var frr: Double { 1 - tar }
}

/// The most accurate threshold of a curve.
public struct BestAccuracy: Codable, Sendable, Hashable {
    /// A squared L2 distance; a pair is accepted if and only if it is strictly below.
    public let threshold: Double
    /// Fraction of correct decisions over all pairs; 0...1.
    public let accuracy: Double
}

/// A threshold chosen for a false acceptance rate.
public struct OperatingPoint: Codable, Sendable, Hashable {
    /// The false acceptance rate requested; 0...1.
    public let targetFAR: Double
    /// The largest threshold that does not exceed it, a squared L2 distance.
    public let threshold: Double
    /// True acceptance rate at the threshold; 0...1.
    public let tar: Double
    /// False acceptance rate at the threshold, at most the one requested.
    public let far: Double
    /// Whether there are enough pairs of different people for this rate to be meaningful, as
    /// ``isSupported(rate:by:)`` defines.
    public let isSupported: Bool

    /// A rate as text: `0.001`, `1e-5`.
    public static func text(ofRate rate: Double) -> String {
        "\(rate)".replacing("e-0", with: "e-")
    }

    /// Pairs of different people that this rate needs, see ``negativesNeeded(forRate:)``.
    public var negativesNeeded: Int? { Self.negativesNeeded(forRate: targetFAR) }

    /// Pairs of different people that a false acceptance rate needs: the larger of 20 and 1/rate; nil for a
    /// rate of 0, which no number supports.
    public static func negativesNeeded(forRate rate: Double) -> Int? {
        // 1 / 1e-6 is slightly above 1,000,000.
        rate > 0 ? max(20, Int(saturating: (1 / rate * (1 - 1e-12)).rounded(.up))) : nil
    }

    /// Whether so many pairs of different people support a false acceptance rate.
    public static func isSupported(rate: Double, by negatives: Int) -> Bool {
        negativesNeeded(forRate: rate).map { negatives >= $0 } ?? false
    }
}
