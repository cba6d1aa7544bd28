/// A count with its noun: `1 image`, `2 images`, `12,000 identities`.
///
/// - Parameter plural: The noun for counts other than one; nil for the singular with an `s`.
public func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
    "\(grouped(count)) \(count == 1 ? singular : plural ?? "\(singular)s")"
}

/// An integer with commas as thousands separators, regardless of the locale: `1,234,567`.
public func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    let parts = digits.indices.map { index in
        let beginsGroup = index > 0 && (digits.count - index) % 3 == 0
        return (beginsGroup ? "," : "") + String(digits[index])
    }
    return (number < 0 ? "-" : "") + parts.joined()
}
