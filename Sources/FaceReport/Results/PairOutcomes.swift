import FaceEvaluation
import FaceRuns
import FaceStatistics
import Foundation

/// The pairs of a test set, independent of any model.
package struct TestPairs: Hashable, Sendable {
    /// Fold of each pair.
    package let folds: [Int]
    /// Whether a pair shows one person.
    package let same: [Bool]
    /// Name of each pair's first image.
    package let first: [String]
    /// Name of each pair's second image.
    package let second: [String]

    init(_ scores: [ScoreRecord]) {
        folds = scores.map(\.pair.fold)
        same = scores.map(\.pair.same)
        first = scores.map(\.first)
        second = scores.map(\.second)
    }

    package var count: Int { folds.count }

    /// The pairs as a statistical design. The people are the images' folders.
    func design() throws -> PairDesign {
        try PairDesign(
            folds.indices.map { index in
                PairDesign.ImagePair(
                    fold: folds[index], same: same[index],
                    owners: (Self.person(first[index]), Self.person(second[index])),
                    images: (first[index], second[index]))
            })
    }

    private static func person(_ path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[..<slash])
    }
}

/// The outcomes of a run's last model on the pairs of a test set.
package struct PairOutcomes: Sendable {
    package let pairs: TestPairs
    /// Squared L2 distance of each pair.
    package let distances: [Float]
    /// Whether each pair was correctly classified, at the threshold chosen on the other folds.
    package let isCorrect: [Bool]
    /// The threshold for each pair, a squared L2 distance: that of its fold.
    package let thresholds: [Double]

    /// How far a pair's distance is from its threshold.
    func clearness(of pair: Int) -> Double {
        (Double(distances[pair]) - thresholds[pair]).magnitude
    }

    /// Classifies pairs by the protocol.
    ///
    /// - Parameters:
    ///   - scores: The pairs, in the order of the test set.
    ///   - recomputed: The protocol's result for them.
    ///   - known: Lists of pairs seen before; an equal one is reused, and a new one added.
    init(_ scores: [ScoreRecord], _ recomputed: RecomputedResult, known: inout [TestPairs]) {
        let ofFold = recomputed.accuracy.folds.map(\.threshold)
        let thresholds = recomputed.folds.map { ofFold[$0] }
        isCorrect = zip(thresholds, scores).map { threshold, score in
            (Double(score.pair.distance) < threshold) == score.pair.same
        }
        self.thresholds = thresholds
        distances = scores.map(\.pair.distance)
        let pairs = TestPairs(scores)
        if let same = known.first(where: { $0 == pairs }) {
            self.pairs = same
        } else {
            known.append(pairs)
            self.pairs = pairs
        }
    }

    /// 1 for a correctly classified pair, otherwise 0.
    var values: [Double] { isCorrect.map { $0 ? 1 : 0 } }
}
