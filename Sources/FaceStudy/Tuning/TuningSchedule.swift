import FaceRuns
import Spelling

/// How a cell's budget of tries is spent: all tries of one length, or by successive halving (Jamieson and
/// Talwalkar 2016), in which each rung is a complete schedule and costs as much as any other.
enum TuningSchedule {
    /// Maximum number of rungs: the last one then has schedules four times as long as the first.
    private static let maxRungs = 3

    /// The rungs of a budget of `tries` tries of `epochs` epochs.
    ///
    /// With R rungs, rung r has `tries / 2^r` tries of `epochs 2^r / R` epochs, both rounded down, but no
    /// more epochs than a run of the study has: together at most the images of the budget. R is the largest
    /// number, at most 3, that leaves at least one epoch in the first rung and two tries in the last one.
    ///
    /// - Parameter limit: Epochs of a run of the study.
    /// - Throws: ``FaceStudyError/tuning(reason:)`` if the budget does not allow two rungs.
    static func rungs(
        tries: Int, epochs: Int, halving: Bool, limit: Int
    ) throws(FaceStudyError) -> [TuningBudget.Rung] {
        guard halving else { return [TuningBudget.Rung(tries: tries, epochs: epochs)] }
        let count = (2...maxRungs).last { tries >> ($0 - 1) >= 2 && epochs >= $0 }
        guard let count else {
            throw .tuning(
                reason:
                    "\(counted(tries, "try", "tries")) of \(counted(epochs, "epoch")) "
                    + "\(tries == 1 ? "is" : "are") too few for "
                    + "halving; use at least 4 tries of 2 epochs, or leave out --tune-halving")
        }
        return (0..<count).map { rung in
            TuningBudget.Rung(
                tries: tries >> rung, epochs: min(limit, (epochs << rung) / count))
        }
    }

    /// The settings that advance to the next rung: those with the best scores, the earlier ones of equal
    /// ones.
    ///
    /// - Parameters:
    ///   - tries: The tries of a rung; failed ones never advance.
    ///   - count: Maximum number that advance.
    /// - Returns: Their indices, ascending.
    static func survivors(of tries: [TuningTry], count: Int) -> [Int] {
        ranked(tries).prefix(count).map(\.index).sorted()
    }

    /// The try with the best score, the earliest of equal ones; nil if all failed.
    static func best(of tries: [TuningTry]) -> TuningTry? { ranked(tries).first }

    private static func ranked(_ tries: [TuningTry]) -> [TuningTry] {
        tries.filter { $0.state == .finished && $0.accuracy != nil }
            .sorted { ($1.accuracy ?? 0, $0.index) < ($0.accuracy ?? 0, $1.index) }
    }
}
