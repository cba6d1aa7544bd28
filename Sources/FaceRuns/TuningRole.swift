/// The role of a run's loss in tuning, recorded with the run, so that a report can distinguish the default
/// from the chosen values even if the ``TuningRecord`` is lost.
public struct TuningRole: Codable, Sendable, Hashable {
    /// Which values of its loss a run has.
    public enum Values: String, Codable, Sendable {
        /// The values that the loss was requested with.
        case standard = "default"
        /// The values that tuning chose.
        case tuned
    }

    /// The values that the run has.
    public var values: Values
    /// The loss as requested when it was tuned: ``TuningCell/loss``.
    public var loss: String
    /// That loss in tables: ``TuningCell/lossTitle``.
    public var lossTitle: String
    /// Whether these values are the final choice. For the default, that means that no other try scored
    /// higher, or that all tries failed.
    public var isChosen: Bool
    /// The tuned parameters with the run's values, by the names of ``TuningCell/space``, without those that
    /// the loss determines itself.
    public var parameters: [String: Double]
    /// Number of settings of the loss that were tried, including the default.
    public var tries: Int
    /// Verification accuracy of the default on the held-out identities that tries were scored on; 0...1.
    /// Nil where that try failed.
    public var standardScore: Double?
    /// The same of the values that were chosen.
    public var chosenScore: Double?

    /// Describes a run by the tries of its loss.
    ///
    /// - Parameters:
    ///   - values: Which values the run has.
    ///   - cell: The tries of the loss, where they were made.
    public init(_ values: Values, of cell: TuningCell) {
        self.values = values
        loss = cell.loss
        lossTitle = cell.lossTitle
        let chosen = cell.chosenTry
        let keepsDefault = (chosen?.index ?? 0) == 0
        isChosen = cell.isComplete && (values == .tuned || keepsDefault)
        let last = cell.tries.map(\.rung).max()
        let standard =
            cell.tries.last { $0.index == 0 && $0.rung == chosen?.rung }
            ?? cell.tries.first { $0.index == 0 }
        parameters = (values == .tuned ? chosen : standard)?.values ?? [:]
        tries = cell.budget.tries
        // Scores of schedules of different lengths are not comparable.
        standardScore = standard?.rung == (chosen?.rung ?? last) ? standard?.accuracy : nil
        chosenScore = chosen?.accuracy
    }
}

extension TuningRole: CheckedRecord {
    func check() throws(RecordFault) {
        try RecordChecks.count("tuning.tries", tries, to: 100_000)
        try RecordChecks.fraction("tuning.standardScore", standardScore)
        try RecordChecks.fraction("tuning.chosenScore", chosenScore)
        for (name, value) in parameters { try RecordChecks.finite("tuning.\(name)", value) }
    }
}
