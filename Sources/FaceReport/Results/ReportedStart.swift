import FaceEvaluation
package import FaceRuns
import Foundation
import Spelling

/// A report's data on the pretrained network that a run started from.
package struct ReportedStart: Sendable {
    /// The loaded weights, and the results of the untouched network.
    package let record: StartRecord
    /// The untouched network's outcomes on the pairs of each test set whose scores are present.
    let outcomes: [String: PairOutcomes]

    /// Accuracy of the untouched network on a test set; nil if it was not tested.
    package func accuracy(on test: String) -> Double? {
        record.tests.named(test)?.accuracy
    }

    /// Reads a run's start; nil if the run began with random weights.
    ///
    /// - Parameters:
    ///   - damages: Receives a sentence on each file that cannot be read or contradicts another; its test
    ///     set is then left out.
    ///   - known: Lists of pairs of other runs, to be reused.
    init?(
        _ folder: RunFolder, _ tests: [TestSetFacts], known: inout [TestPairs],
        damages: inout [String]
    ) {
        do {
            guard var record = try folder.readStart() else { return nil }
            var outcomes: [String: PairOutcomes] = [:]
            for test in tests {
                guard let stated = record.tests.named(test.name),
                    let scores = try folder.start.readScores(test: test.name)
                else { continue }
                let found = try? RecomputedResult(scores.map(\.pair), folds: test.folds)
                guard let found, found.folds.count == test.pairs,
                    abs(found.accuracy.mean - stated.accuracy) < 1e-7
                else {
                    damages.append(
                        "\(folder.startURL.path): damaged: its accuracy on \(quoted: test.name) is not that "
                            + "of its scores")
                    record.tests.removeAll { $0.name == test.name }
                    continue
                }
                outcomes[test.name] = PairOutcomes(scores, found, known: &known)
            }
            self.record = record
            self.outcomes = outcomes
        } catch {
            damages.append("\(error)")
            return nil
        }
    }
}
