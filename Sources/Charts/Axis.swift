import Foundation
import SafeNumbers

/// An axis: its range of values and its ticks.
package struct Axis: Hashable, Sendable {
    package struct Tick: Hashable, Sendable {
        package var value: Double
        package var label: String

        package init(value: Double, label: String) {
            self.value = value
            self.label = label
        }
    }

    /// The measured quantity, with its unit.
    package var title: String
    /// The values at its ends.
    package var domain: ClosedRange<Double>
    /// Whether equal distances are equal ratios.
    package var isLogarithmic = false
    /// The marked values, from the smallest.
    package var ticks: [Tick]

    package init(
        title: String, domain: ClosedRange<Double>, isLogarithmic: Bool = false, ticks: [Tick]
    ) {
        self.title = title
        self.domain = domain
        self.isLogarithmic = isLogarithmic
        self.ticks = ticks
    }

    /// Position of a value between the ends; 0...1, values outside are clamped.
    package func fraction(_ value: Double) -> Double {
        let (low, high, at) =
            isLogarithmic
            ? (log10(domain.lowerBound), log10(domain.upperBound), log10(max(value, 1e-300)))
            : (domain.lowerBound, domain.upperBound, value)
        guard high > low, !at.isNaN else { return 0.5 }
        return min(1, max(0, (at - low) / (high - low)))
    }

    /// A linear axis that spans all values, and zero if `includesZero`, and ends at ticks.
    ///
    /// It never extends beyond `limits`, e.g. 0...100 for percentages: if the data come near a limit, the
    /// axis ends there.
    package static func linear(
        _ title: String, covering values: [Double], includesZero: Bool = false,
        limits: ClosedRange<Double> = -Double.infinity...Double.infinity, atMost count: Int = 6
    ) -> Axis {
        let drawn = values.compactMap(drawable) + (includesZero ? [0] : [])
        var low = drawn.min() ?? 0
        var high = drawn.max() ?? 1
        if high - low <= abs(high) * 1e-9 {
            let half = high == 0 ? 0.5 : abs(high) * 0.05
            low = includesZero ? low : min(low, max(low - half, limits.lowerBound))
            high = max(high, min(high + half, limits.upperBound))
        }
        let step = niceStep(low...high, atMost: count)
        let first = max((low / step + 1e-9).rounded(.down) * step, limits.lowerBound)
        let last = min((high / step - 1e-9).rounded(.up) * step, limits.upperBound)
        let domain = min(first, low)...max(last, high)
        return Axis(title: title, domain: domain, ticks: ticks(in: domain, step: step))
    }

    /// A value that an axis can be computed for; nil otherwise. Norms and losses of a run that diverges may
    /// be so large that their differences overflow. Values that are left out are drawn at the end of the
    /// axis.
    private static func drawable(_ value: Double) -> Double? {
        guard value.isFinite, value.magnitude <= 1e100 else { return nil }
        return value.magnitude < 1e-100 ? 0 : value
    }

    /// An axis of whole numbers from `low` to `high`, e.g. of epochs.
    package static func counting(
        _ title: String, from low: Int, to high: Int, atMost count: Int = 7
    ) -> Axis {
        let domain = Double(low)...max(Double(high), Double(low) + 1)
        let step = max(1, niceStep(domain, atMost: count).rounded(.up))
        return Axis(title: title, domain: domain, ticks: ticks(in: domain, step: step))
    }

    /// A logarithmic axis of fractions, from a power of ten up to 1.
    package static func fractions(_ title: String, from low: Double) -> Axis {
        let exponent = min(-1, Int(saturating: log10(min(1, max(low, 1e-12))).rounded(.down)))
        let ticks = (exponent...0).map { power in
            Tick(value: pow(10, Double(power)), label: powerLabel(power))
        }
        return Axis(
            title: title, domain: pow(10, Double(exponent))...1, isLogarithmic: true, ticks: ticks)
    }

    /// A logarithmic axis between two numbers above 0, with ticks at 1, 2 and 5 × 10ⁿ, or at powers of ten
    /// if these are too many.
    package static func logarithmic(
        _ title: String, from low: Double, to high: Double, atMost count: Int = 6
    ) -> Axis {
        let ends = (low: min(max(low, 1e-100), 1e100), high: min(max(high, 1e-100), 1e100))
        guard ends.high > ends.low else {
            return linear(title, covering: [ends.low], atMost: count)
        }
        let first = Int(saturating: log10(ends.low).rounded(.down))
        let last = Int(saturating: log10(ends.high).rounded(.up))
        let inside = (ends.low * (1 - 1e-9))...(ends.high * (1 + 1e-9))
        let choices = [[1.0, 2, 5], [1.0, 3], [1.0]].map { (digits: [Double]) -> [Double] in
            (first...last).flatMap { (power: Int) -> [Double] in
                digits.map { scaled($0, power) }
            }.filter(inside.contains)
        }
        let values = choices.first { $0.count <= count } ?? choices[2]
        let stride = max(1, (values.count + count - 1) / max(1, count))
        let ticks = values.enumerated().filter { $0.offset % stride == 0 }.map { item in
            Tick(value: item.element, label: Format.short(item.element))
        }
        return Axis(
            title: title, domain: ends.low...ends.high, isLogarithmic: true, ticks: ticks)
    }

    /// The smallest of 1, 2, 5 × 10ⁿ that needs at most `count` ticks for a range.
    package static func niceStep(_ range: ClosedRange<Double>, atMost count: Int) -> Double {
        let length = range.upperBound - range.lowerBound
        guard length >= 1e-200, length <= 1e200, count > 1 else { return 1 }
        let raw = length / Double(count - 1)
        let exponent = Int(saturating: log10(raw).rounded(.down))
        let candidates = (exponent - 1...exponent + 1).flatMap { power in
            [1.0, 2, 5].map { scaled($0, power) }
        }
        return candidates.first { $0 >= raw * (1 - 1e-9) } ?? scaled(1, exponent + 2)
    }

    /// Maximum number of ticks of an axis.
    private static let maxTicks = 100

    /// Multiples of a step inside a range, labelled with the decimals the step has.
    private static func ticks(in domain: ClosedRange<Double>, step: Double) -> [Tick] {
        let first = (domain.lowerBound / step - 1e-6).rounded(.up)
        let last = (domain.upperBound / step + 1e-6).rounded(.down)
        guard last >= first, last - first < Double(maxTicks) else { return [] }
        let decimals = max(0, -Int(saturating: log10(step).rounded(.down)))
        return (0...Int(saturating: last - first)).map { index in
            let value = (first + Double(index)) * step
            let label =
                switch decimals {
                case 0: Format.whole(value)
                case ...9: Format.fixed(value, decimals)
                default: Format.scientific(value)
                }
            return Tick(value: value, label: label)
        }
    }

    /// `mantissa` × 10^`power`, correctly rounded.
    private static func scaled(_ mantissa: Double, _ power: Int) -> Double {
        power < 0 ? mantissa / pow(10, Double(-power)) : mantissa * pow(10, Double(power))
    }

    private static func powerLabel(_ power: Int) -> String {
        let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        if power == 0 { return "1" }
        if power == -1 { return "0.1" }
        let exponent = String(power.magnitude).compactMap(\.wholeNumberValue).map { digits[$0] }
        return "10⁻" + String(exponent)
    }
}
