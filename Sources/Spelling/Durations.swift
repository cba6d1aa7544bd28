/// A duration in a readable form: `45 s`, `12 min`, `1 h 40 min`, `2 d 3 h`.
///
/// - Parameter seconds: Values below 0, and NaN, count as 0.
public func duration(_ seconds: Double) -> String {
    // Limited to about a million years, which fits in an integer.
    let whole = seconds > 0 ? Int(min(seconds, 3e13).rounded()) : 0
    guard whole >= 90 else { return "\(whole) s" }
    let minutes = (whole + 30) / 60
    guard minutes >= 60 else { return "\(minutes) min" }
    guard minutes >= 48 * 60 else { return joined(minutes / 60, "h", minutes % 60, "min") }
    let hours = (minutes + 30) / 60
    return joined(hours / 24, "d", hours % 24, "h")
}

private func joined(_ large: Int, _ unit: String, _ small: Int, _ part: String) -> String {
    "\(grouped(large)) \(unit)" + (small > 0 ? " \(small) \(part)" : "")
}
