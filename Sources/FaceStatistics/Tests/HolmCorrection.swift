/// Holm's step-down correction: of all tests of a study, the chance of a single false one stays
/// below the level, whatever their dependence (Holm 1979).
public enum HolmCorrection {
    /// The probabilities as they are to be compared with the level, in the order given; 0...1.
    public static func adjusted(_ pValues: [Double]) -> [Double] {
        let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
        var result = pValues
        var highest = 0.0
        for (position, index) in order.enumerated() {
            highest = max(highest, Double(pValues.count - position) * pValues[index])
            result[index] = min(1, highest)
        }
        return result
    }
}
