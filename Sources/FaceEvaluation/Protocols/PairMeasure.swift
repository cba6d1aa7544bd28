import Foundation

/// The number that a system uses as the score of a pair.
public enum PairMeasure: String, Codable, Sendable, CaseIterable {
    /// Angle between the embeddings divided by pi; 0...1, smaller is more similar.
    case angle
    /// Cosine of the angle between the embeddings; -1...1, larger is more similar.
    case cosine
    /// L2 distance of the normalised embeddings; 0...2, smaller is more similar.
    case distance
    /// Squared L2 distance of the normalised embeddings; 0...4, smaller is more similar.
    case squaredDistance

    /// The score of a pair with these inner products.
    func score(_ products: PairGeometry.Products) -> Double {
        let lengths = (products.first * products.second).squareRoot()
        let cosine = lengths > 0 ? min(1, max(-1, products.both / lengths)) : 0
        switch self {
        case .angle: return acos(cosine) / .pi
        case .cosine: return cosine
        case .distance: return (2 - 2 * cosine).squareRoot()
        case .squaredDistance: return 2 - 2 * cosine
        }
    }

    /// The cosine that is equivalent to a score of this kind.
    public func cosine(of score: Double) -> Double {
        switch self {
        case .angle: cos(score * .pi)
        case .cosine: score
        case .distance: 1 - score * score / 2
        case .squaredDistance: 1 - score / 2
        }
    }

    /// The score's name in a table.
    public var title: String {
        switch self {
        case .angle: "angle / π"
        case .cosine: "cosine"
        case .distance: "L2"
        case .squaredDistance: "squared L2"
        }
    }
}

/// The rule by which a threshold accepts scores, with each system's treatment of ties.
public enum ThresholdDecision: String, Codable, Sendable, CaseIterable {
    /// Accepts scores above the threshold; a pair whose score equals it is always an error.
    case aboveTiesWrong
    /// Accepts scores above the threshold.
    case above
    /// Accepts scores at or above the threshold.
    case atLeast
    /// Accepts scores at or below the threshold.
    case atMost
    /// Accepts scores below the threshold.
    case below

    /// Whether the decision about a pair is correct.
    func isCorrect(_ score: Double, same: Bool, threshold: Double) -> Bool {
        switch self {
        case .aboveTiesWrong: same ? score > threshold : score < threshold
        case .above: (score > threshold) == same
        case .atLeast: (score >= threshold) == same
        case .atMost: (score <= threshold) == same
        case .below: (score < threshold) == same
        }
    }
}
