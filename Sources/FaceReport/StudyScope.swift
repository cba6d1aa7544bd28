/// The planned extent of a study, where it is known beforehand: a report of a study that is in progress
/// then counts the runs that have not begun.
public struct StudyScope: Sendable, Hashable {
    /// Runs of the whole study.
    public var runs: Int
    /// Seeds of each cell.
    public var seeds: Int

    /// Memberwise initialiser.
    public init(runs: Int, seeds: Int) {
        self.runs = runs
        self.seeds = seeds
    }
}
