import Foundation

/// Gauss-Legendre quadrature with 16 points.
enum GaussLegendre {
    private static let rule: [(node: Double, weight: Double)] = {
        let count = 16
        return (0..<count).map { index in
            var x = cos(Double.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
            var derivative = 1.0
            for _ in 0..<20 {
                var (previous, value) = (1.0, x)
                for n in 2...count {
                    let next =
                        (Double(2 * n - 1) * x * value - Double(n - 1) * previous) / Double(n)
                    (previous, value) = (value, next)
                }
                derivative = Double(count) * (x * value - previous) / (x * x - 1)
                x -= value / derivative
            }
            return (x, 2 / ((1 - x * x) * derivative * derivative))
        }
    }()

    /// The integral over a range cut into equal panels.
    static func integral(
        over range: ClosedRange<Double>, panels: Int, _ function: (Double) -> Double
    ) -> Double {
        let half = (range.upperBound - range.lowerBound) / Double(2 * panels)
        return (0..<panels).reduce(0) { sum, panel in
            let middle = range.lowerBound + half * Double(2 * panel + 1)
            return sum
                + rule.reduce(0) { $0 + half * $1.weight * function(middle + half * $1.node) }
        }
    }
}

/// Finds where an increasing function crosses a value.
enum RootSearch {
    /// Bisects an interval until it is shorter than `precision`, or contains no number in between.
    static func crossing(
        of value: Double, from low: Double, to high: Double, precision: Double = 0,
        _ function: (Double) -> Double
    ) -> Double {
        var (low, high) = (low, high)
        while high - low > precision {
            let middle = low + (high - low) / 2
            guard middle > low, middle < high else { break }
            if function(middle) < value { low = middle } else { high = middle }
        }
        return low + (high - low) / 2
    }
}
