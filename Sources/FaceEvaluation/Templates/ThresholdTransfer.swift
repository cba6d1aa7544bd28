/// A threshold chosen on one set and used on another, with its false acceptance rate there.
public struct ThresholdTransfer: Codable, Sendable, Hashable {
    /// The set the threshold was chosen on.
    public let chosenOn: String
    /// The set it is used on.
    public let usedOn: String
    /// The requested false acceptance rate on the first set.
    public let targetFAR: Double
    /// The cosine above which pairs are accepted, or the normalised score.
    public let threshold: Double
    /// The false acceptance rate on the second set.
    public let far: Double
    /// The true acceptance rate on the second set.
    public let tar: Double

    /// Transfers a threshold; nil if fewer than ten false accepts are expected on the first set at
    /// the rate, or the second set has pairs of only one kind.
    public init?(
        from first: (name: String, scores: TemplateScores),
        to second: (name: String, scores: TemplateScores), far: Double = 1e-3
    ) {
        let expected = far * Double(first.scores.impostor.count) * (1 + 1e-12)
        guard expected >= TemplateVerification.minExpectedErrors, !second.scores.impostor.isEmpty,
            !second.scores.genuine.isEmpty
        else { return nil }
        chosenOn = first.name
        usedOn = second.name
        targetFAR = far
        threshold = first.scores.threshold(atFAR: far)
        self.far = second.scores.far(at: threshold)
        tar = second.scores.tar(at: threshold)
    }
}
