import FaceEvaluation
package import FaceRuns
import FaceStatistics
import Foundation

/// The pairs of a test set, without what a model made of them.
package struct TestPairs: Hashable, Sendable {
    /// Fold of each pair.
    package let folds: [Int]
    /// Whether a pair shows one person.
    package let same: [Bool]
    /// Its first image.
    package let first: [String]
    /// Its second image.
    package let second: [String]

    init(_ scores: [PairScore]) {
        folds = scores.map(\.fold)
        same = scores.map(\.same)
        first = scores.map(\.first)
        second = scores.map(\.second)
    }

    /// Number of pairs.
    package var count: Int { folds.count }

    /// The pairs as statistics sees them. A person is the folder of an image; where folders do not
    /// tell two people of a pair apart, the images stand for them.
    func design() throws -> PairDesign {
        let people = same.indices.map { index in
            let (a, b) = (Self.person(first[index]), Self.person(second[index]))
            if same[index] { return (a, a) }
            return a == b ? (first[index], second[index]) : (a, b)
        }
        return try PairDesign(folds: folds, people: people)
    }

    private static func person(_ path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[..<slash])
    }
}

/// What a run's last model made of the pairs of a test set.
package struct PairOutcomes: Sendable {
    /// The pairs.
    package let pairs: TestPairs
    /// Squared L2 distance of each pair.
    package let distances: [Float]
    /// Whether each pair was correctly classified, at the threshold that the other folds chose.
    package let isRight: [Bool]
    /// The squared L2 distance below which each pair is taken for one person: that of its fold.
    package let thresholds: [Double]
    /// Mean fraction of the folds' pairs that are correctly classified.
    package let accuracy: Double

    /// Decides pairs as the protocol does.
    ///
    /// - Parameters:
    ///   - scores: The pairs, in the order of the test set.
    ///   - folds: Folds of the protocol.
    ///   - known: Lists of pairs seen before; an equal one is used again, and a new one added.
    package init(_ scores: [PairScore], folds: Int, known: inout [TestPairs]) throws {
        let scored = scores.map {
            ScoredPair(distance: $0.distance, same: $0.same, fold: $0.fold)
        }
        let assignment = FoldAssignment.contiguous(folds)
        var rule = InsightFaceProtocol(folds: assignment)
        // Only the accuracy is wanted here; the finer grid of the other rates takes ten times as long.
        rule.tarGrid = rule.accuracyGrid
        let result = try rule.evaluate(scored)
        accuracy = result.accuracy
        let folds = result.folds.map(\.threshold)
        let thresholds = try assignment.folds(of: scored).map { folds[$0] }
        isRight = zip(thresholds, scored).map { threshold, pair in
            (Double(pair.distance) < threshold) == pair.same
        }
        self.thresholds = thresholds
        distances = scores.map(\.distance)
        let pairs = TestPairs(scores)
        if let same = known.first(where: { $0 == pairs }) {
            self.pairs = same
        } else {
            known.append(pairs)
            self.pairs = pairs
        }
    }

    /// 1 for a pair that was correctly classified and 0 for another.
    var values: [Double] { isRight.map { $0 ? 1 : 0 } }
}
