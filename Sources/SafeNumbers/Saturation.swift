extension FixedWidthInteger {
    /// The whole number that a floating-point number is cut to, whatever it is: the nearest end of
    /// the type's range for what is beyond it, infinities too, and 0 for NaN.
    ///
    /// `Int(value)` stops the process for all of these, so a number that comes from a file, from a
    /// network that diverged or from arithmetic on such numbers is converted by this instead. Where
    /// such a number has no meaning at all, `Int(exactly:)` and an error are right.
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
    /// The range from one number to another; nil if they are the wrong way round or no numbers.
    ///
    /// `lower...upper` stops the process for these.
    @inlinable
    public init?(checked lower: Double, _ upper: Double) {
        guard lower <= upper else { return nil }
        self = lower...upper
    }
}
