import Foundation

/// How the values of a search space are distributed over its range.
public enum SearchScale: String, Codable, Sendable, Hashable, CaseIterable {
    /// Whole numbers, each equally often.
    case integer
    /// Uniformly in the value.
    case linear
    /// Uniformly in the logarithm, for parameters whose ratios matter.
    case logarithmic = "log"
}

/// The values of a parameter that tuning tries.
public struct SearchRange: Codable, Sendable, Hashable {
    /// The smallest value; below ``upper``.
    public let lower: Double
    /// The largest value; above ``lower``.
    public let upper: Double
    /// How values are distributed.
    public let scale: SearchScale

    /// Creates a range.
    ///
    /// - Returns: nil if the range is empty or not finite, a logarithmic range does not begin above 0, or
    ///   the ends of an integer range are not whole.
    public init?(_ lower: Double, _ upper: Double, _ scale: SearchScale) {
        guard lower.isFinite, upper.isFinite, lower < upper else { return nil }
        switch scale {
        case .integer:
            guard lower == lower.rounded(), upper == upper.rounded() else { return nil }
        case .linear: break
        case .logarithmic: guard lower > 0 else { return nil }
        }
        self.lower = lower
        self.upper = upper
        self.scale = scale
    }

    /// The value at a position of the range, with four significant digits, so that it reads well and is
    /// the same number wherever it is written.
    ///
    /// - Parameter fraction: Position in the range, from 0 at its lower end to below 1.
    public func value(at fraction: Double) -> Double {
        switch scale {
        case .integer:
            return min(upper, lower + (fraction * (upper - lower + 1)).rounded(.down))
        case .linear: return rounded(lower + fraction * (upper - lower))
        case .logarithmic: return rounded(exp(log(lower) + fraction * log(upper / lower)))
        }
    }

    /// The position of a value in the range: 0 at its lower end, 1 at its upper one, below 0 or above 1
    /// outside; nil for a value that has no logarithm on a logarithmic range.
    public func fraction(of value: Double) -> Double? {
        switch scale {
        case .integer, .linear: (value - lower) / (upper - lower)
        case .logarithmic: value > 0 ? log(value / lower) / log(upper / lower) : nil
        }
    }

    /// The range as text: `0.2 to 0.7`, `8 to 128 (log)`, `2 to 5 (integer)`.
    public var text: String {
        let ends = "\(lower.shortest) to \(upper.shortest)"
        return scale == .linear ? ends : "\(ends) (\(scale.rawValue))"
    }

    private func rounded(_ value: Double) -> Double {
        let digits = Double(String(format: "%.4g", value)) ?? value
        return min(upper, max(lower, digits))
    }
}
