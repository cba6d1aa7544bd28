import Foundation
import SafeNumbers
import Spelling

/// Number formats of the report, independent of the locale.
package enum Format {
    /// A number with a fixed count of decimals and a true minus sign.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        // A very large number would have hundreds of digits.
        guard value.magnitude < 1e15 else { return scientific(value) }
        let text = String(format: "%.*f", decimals, value)
        guard text.hasPrefix("-") else { return text }
        let digits = text.dropFirst()
        return digits.contains { $0 != "0" && $0 != "." } ? "−" + digits : String(digits)
    }

    /// The same with a plus sign for positive numbers.
    package static func signed(_ value: Double, _ decimals: Int) -> String {
        let text = fixed(value, decimals)
        return text.contains { $0 != "0" && $0 != "." } && !text.hasPrefix("−") ? "+" + text : text
    }

    /// A fraction of 0...1 in percent, without the sign.
    package static func percent(_ fraction: Double, _ decimals: Int = 2) -> String {
        fixed(fraction * 100, decimals)
    }

    /// A probability of 0...1 in whole percent, without the sign; within half a percent of 0 or 1 it is `<
    /// 1` or `> 99`, since no estimate is certain.
    package static func percentage(_ probability: Double) -> String {
        switch probability {
        case ..<0.005: "< 1"
        case 0.995...: "> 99"
        default: fixed(probability * 100, 0)
        }
    }

    /// The same with the sign, after a non-breaking space.
    package static func withSign(_ fraction: Double) -> String {
        percent(fraction) + "\u{A0}%"
    }

    /// A whole number with commas between thousands.
    package static func count(_ value: Int) -> String {
        value < 0 ? "−" + grouped(value).dropFirst() : grouped(value)
    }

    /// A number without decimals and with commas between thousands; one of more than fifteen digits
    /// as a power of ten.
    package static func whole(_ value: Double) -> String {
        guard value.magnitude < 1e15 else { return scientific(value) }
        return count(Int(saturating: value.rounded()))
    }

    /// A number as a power of ten: `1.84 × 10¹⁹`.
    package static func scientific(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "no number" : value < 0 ? "−∞" : "∞" }
        guard value != 0 else { return "0" }
        let parts = String(format: "%.2e", value.magnitude).split(separator: "e")
        guard parts.count == 2, let power = Int(parts[1]) else { return "\(value)" }
        let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        let exponent = String(power.magnitude).compactMap(\.wholeNumberValue).map { digits[$0] }
        var mantissa = parts[0]
        while mantissa.last == "0" { mantissa.removeLast() }
        if mantissa.last == "." { mantissa.removeLast() }
        return "\(value < 0 ? "−" : "")\(mantissa) × 10\(power < 0 ? "⁻" : "")\(String(exponent))"
    }

    /// The shortest number that reads back to the same value, a whole one without decimals.
    package static func plain(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }

    /// A number in as few characters as possible with four significant digits: `0.0005`, `31.2`; a very
    /// small or large one as a power of ten.
    package static func short(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        guard (1e-4..<1e6).contains(value.magnitude) else { return scientific(value) }
        let decimals = max(0, 3 - Int(saturating: log10(value.magnitude).rounded(.down)))
        var text = fixed(value, decimals)
        while text.contains("."), let last = text.last, last == "0" || last == "." {
            text.removeLast()
            if last == "." { break }
        }
        return text
    }

    /// A number with about three significant digits and a metric prefix: `4.09 G`.
    package static func quantity(_ value: Double) -> String {
        guard let (limit, prefix) = metricPrefix(value) else { return significant(value) }
        return significant(value / limit) + " " + prefix
    }

    /// A number with the metric prefix and the decimals of another one, e.g. a standard deviation beside its
    /// mean: `0.61 k` beside `1.30 k`.
    package static func quantity(_ value: Double, as other: Double) -> String {
        let (limit, prefix) = metricPrefix(other) ?? (1, "")
        let decimals = significant(other / limit).split(separator: ".").dropFirst().last?.count ?? 0
        return fixed(value / limit, decimals) + (prefix.isEmpty ? "" : " " + prefix)
    }

    private static func metricPrefix(_ value: Double) -> (limit: Double, prefix: String)? {
        [(1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
            .first { value >= $0.0 }
    }

    /// A number with three significant digits, or all digits before the decimal point.
    package static func significant(_ value: Double) -> String {
        switch value.magnitude {
        case 100...: whole(value)
        case 10...: fixed(value, 1)
        default: fixed(value, 2)
        }
    }

    /// A number and the noun it counts: `1 run`, `3 runs`.
    package static func count(_ value: Int, _ noun: String, plural: String? = nil) -> String {
        "\(count(value)) \(value == 1 ? noun : plural ?? noun + "s")"
    }

    /// Seconds as hours, minutes and seconds: `1 h 02 min`, `3 min 20 s`, `12.3 s`.
    package static func duration(_ seconds: Double) -> String {
        guard seconds >= 60, seconds < 1e15 else { return fixed(seconds, 1) + " s" }
        let whole = Int(saturating: seconds.rounded())
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        return hours > 0
            ? "\(count(hours)) h \(padded(minutes)) min" : "\(minutes) min \(padded(rest)) s"
    }

    /// Names as a sentence lists them: `a`, `a and b`, `a, b and c`.
    package static func list(_ names: [String], and word: String = "and") -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " \(word) " + last
    }

    private static func padded(_ value: Int) -> String {
        value < 10 ? "0\(value)" : String(value)
    }
}
