/// The planned extent of a study, which lets a report of a study in progress count the runs that have not
/// begun.
public struct StudyScope: Sendable, Hashable {
    /// Number of runs of the whole study.
    public var runs: Int
    /// Number of seeds of each cell.
    public var seeds: Int

    /// Memberwise initialiser.
    public init(runs: Int, seeds: Int) {
        self.runs = runs
        self.seeds = seeds
    }
}
