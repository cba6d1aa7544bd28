/// The chi-square distribution.
public struct ChiSquareDistribution: Sendable, Hashable {
    /// Degrees of freedom, above 0.
    public let degreesOfFreedom: Double

    /// The distribution of so many degrees of freedom, above 0.
    public init(degreesOfFreedom: Double) {
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// Probability of a value above `x`; relative error below 1e-12 where it is below 1/2.
    public func survival(_ x: Double) -> Double {
        GammaFunctions.incomplete(degreesOfFreedom / 2, max(0, x) / 2).upper
    }
}
