extension FixedWidthInteger {
    /// Converts a floating-point number by truncation, saturating: numbers beyond the type's range,
    /// including infinities, become its nearest bound, and NaN becomes 0.
    ///
    /// `Int(value)` traps for all of these, so numbers from files, from a network that diverged, or
    /// computed from such numbers are converted with this initialiser instead. If such a number is
    /// meaningless, use `Int(exactly:)` and throw an error.
    @inlinable
    public init<Number: BinaryFloatingPoint>(saturating value: Number) {
        if let whole = Self(exactly: value.rounded(.towardZero)) {
            self = whole
        } else {
            self = value.isNaN ? 0 : value < 0 ? .min : .max
        }
    }
}

extension ClosedRange<Double> {
    /// The range from one number to another; nil if they are in the wrong order or NaN.
    ///
    /// `lower...upper` traps for these.
    @inlinable
    public init?(checked lower: Double, _ upper: Double) {
        guard lower <= upper else { return nil }
        self = lower...upper
    }
}
