import FaceRuns
import FaceStatistics
public import Foundation
import SafeFiles
import Spelling

/// Pairwise comparison of several models on the same pairs.
public struct ModelComparison {
    /// Two models on one test set.
    struct Difference: Codable, Hashable {
        var test: String
        var first: String
        var second: String
        /// Accuracy of the first minus that of the second; -1...1.
        var difference: Double
        /// The 95 % confidence interval of the difference for other people.
        var interval: [Double]
        /// Pairs that only the first gets right.
        var firstOnly: Int
        /// Pairs that only the second gets right.
        var secondOnly: Int
        /// p-value of McNemar's exact test, corrected for all comparisons (Holm).
        var pValue: Double
    }

    private struct Record: Codable {
        var models: [String: [String: SetMetrics]]
        var comparisons: [Difference]
        var templateComparisons: [TemplateDifference]?
    }

    private let models: [(name: String, results: EvaluationResults)]
    let differences: [Difference]
    /// Differences on sets of templates.
    let templateDifferences: [TemplateDifference]

    /// Compares models.
    ///
    /// - Parameter models: Distinct names, and results on the same test sets.
    public init(_ models: [(name: String, results: EvaluationResults)]) throws {
        self.models = models
        var differences: [Difference] = []
        for set in models.first?.results.sets.indices ?? 0..<0 {
            for first in models.indices {
                for second in models.indices where second > first {
                    differences.append(try Self.difference(models[first], models[second], set))
                }
            }
        }
        let corrected = HolmCorrection.adjusted(differences.map(\.pValue))
        for (index, pValue) in corrected.enumerated() { differences[index].pValue = pValue }
        self.differences = differences
        templateDifferences = TemplateDifference.all(models)
    }

    private static func difference(
        _ first: (name: String, results: EvaluationResults),
        _ second: (name: String, results: EvaluationResults), _ set: Int
    ) throws -> Difference {
        let (mine, theirs) = (first.results.sets[set], second.results.sets[set])
        let values = zip(mine.isCorrect, theirs.isCorrect).map { ($0 ? 1.0 : 0) - ($1 ? 1 : 0) }
        let estimate = try SeedPairEstimate([values], try mine.pairs.design())
        let test = McNemarTest(first: mine.isCorrect, second: theirs.isCorrect)
        let interval = estimate.pairInterval()
        return Difference(
            test: mine.name, first: first.name, second: second.name, difference: estimate.mean,
            interval: [interval.lower, interval.upper], firstOnly: test.firstOnly,
            secondOnly: test.secondOnly, pValue: test.pValue)
    }

    /// The numbers of all models and their differences, as JSON.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let numbers = Dictionary(models.map { ($0.name, $0.results.metrics) }) { first, _ in first }
        return String(
            decoding: try encoder.encode(
                Record(
                    models: numbers, comparisons: differences,
                    templateComparisons: templateDifferences.isEmpty ? nil : templateDifferences)),
            as: UTF8.self)
    }

    /// Writes `comparison.json`, atomically.
    public func write(to folder: URL) throws {
        let url = folder.appendingPathComponent("comparison.json")
        do { try AtomicFile.write(try json() + "\n", to: url) } catch let error as SafeFilesError {
            throw FaceRunsError(error)
        }
    }

    /// The models' accuracies on each test set, then their differences.
    ///
    /// - Parameter allProtocols: Whether the other protocols follow the default one.
    public func text(allProtocols: Bool) -> String {
        let blocks = models.map { model in
            ([model.name]
                + model.results.text(allProtocols: allProtocols).split(
                    separator: "\n", omittingEmptySubsequences: false
                ).map { $0.isEmpty ? "" : "  \($0)" })
                .joined(separator: "\n")
        }
        let note =
            "differences in accuracy (percentage points), with 95 % intervals for other people; "
            + "p-values of McNemar's exact test"
            + (differences.count > 1
                ? ", corrected for \(counted(differences.count, "comparison"))" : "")
        let pairs =
            differences.isEmpty
            ? [] : [([note] + differences.map(Self.line)).joined(separator: "\n")]
        return (blocks + pairs + TemplateDifference.text(templateDifferences))
            .joined(separator: "\n\n")
    }

    private static func line(_ difference: Difference) -> String {
        func points(_ fraction: Double) -> String { String(format: "%+.2f", fraction * 100) }
        let pairs =
            "\(grouped(difference.firstOnly)) against \(counted(difference.secondOnly, "pair"))"
        let better = difference.difference > 0 ? difference.first : difference.second
        let verdict =
            difference.pValue < 0.05
            ? "\(better) is better" : "no significant difference on these pairs"
        return "  \(difference.test): \(difference.first) - \(difference.second) = "
            + "\(points(difference.difference)) (\(points(difference.interval[0])) to "
            + "\(points(difference.interval[1]))), p = \(probability(difference.pValue)), "
            + "\(pairs) that only one classifies correctly: \(verdict)"
    }

    private static func probability(_ value: Double) -> String {
        value < 0.0001 ? "<0.0001" : String(format: "%.4f", value)
    }
}
