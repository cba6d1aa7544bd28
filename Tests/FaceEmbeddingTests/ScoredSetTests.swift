import FaceData
import FaceEvaluation
import FaceRuns
import FaceStatistics
import Foundation
import Testing

@testable import FaceEmbedding

/// Pairs scored by hand, of embeddings whose angles are known.
@Suite("A set that is embedded and scored")
struct ScoredSetTests {
    /// Images that have names and no content.
    private struct Names: ImageSource {
        let names: [String]
        var location: URL { URL(fileURLWithPath: "/names") }
        var count: Int { names.count }
        func name(of index: Int) -> String { names[index] }
        func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
            throw .badImage(path: names[index], reason: "it has no content")
        }
    }

    private let pairs = VerificationPairs(
        source: Names(names: ["a/1.jpg", "a/2.jpg", "b/1.jpg", "b/2.jpg"]),
        pairs: [
            .init(first: 0, second: 1, same: true, fold: 0),
            .init(first: 0, second: 2, same: false, fold: 0),
            .init(first: 2, second: 3, same: true, fold: 1),
            .init(first: 1, second: 3, same: false, fold: 1),
        ], folds: 2)

    @Test("Statistics counts people, not images")
    func people() throws {
        let design = try pairs.design()
        #expect(design.peopleCount == 2 && design.foldCount == 2)
        #expect(design.people.map { $0.first == $0.second } == [true, false, true, false])
    }

    /// Unit vectors at angles in degrees, times lengths.
    private func table(_ angles: [Double], lengths: [Double] = [1, 1, 1, 1]) throws
        -> EmbeddingTable
    {
        var values: [Float] = []
        for (angle, length) in zip(angles, lengths) {
            let radians = angle * .pi / 180
            values.append(Float(cos(radians) * length))
            values.append(Float(sin(radians) * length))
        }
        return try EmbeddingTable(count: angles.count, dimension: 2, values: values)
    }

    private func distance(_ degrees: Double) -> Double { 2 - 2 * cos(degrees * .pi / 180) }

    @Test("Distances are those of directions, and scores name the images of their pair")
    func scores() throws {
        let views = try EmbeddingViews(
            original: table([0, 20, 90, 150], lengths: [1, 2, 3, 4]))
        let set = try ScoredSet(name: "four", pairs: pairs, views: views)
        let expected = [20.0, 90, 60, 130].map(distance)
        for (score, distance) in zip(set.scores, expected) {
            #expect(abs(Double(score.pair.distance) - distance) < 1e-5)
        }
        #expect(set.scores.map(\.pair.same) == [true, false, true, false])
        #expect(set.scores.map(\.pair.fold) == [0, 0, 1, 1])
        #expect(set.scores.map(\.first) == ["a/1.jpg", "a/1.jpg", "b/1.jpg", "a/2.jpg"])
        #expect(set.scores.map(\.second) == ["a/2.jpg", "b/1.jpg", "b/2.jpg", "b/2.jpg"])
        #expect(set.name == "four" && set.labelled.count == 4)
        #expect(abs((set.report.meanNorm ?? 0) - 2.5) < 1e-6)
        // A fold is evaluated at the first threshold that is right on the other. The one of 60 degrees,
        // near 1, is right on 20 and 90; the one of 20 degrees, 0.13, refuses 60 and 130.
        let result = set.report.insightFace
        #expect(result.folds.map(\.accuracy) == [1, 0.5] && result.accuracy == 0.75)
        #expect(abs(result.folds[0].threshold - 1) < 0.011)
        #expect(abs(result.folds[1].threshold - 0.13) < 1e-9)
        // One threshold separates all: 20 and 60 degrees are nearer than 90 and 130.
        #expect(set.report.roc?.auc == 1 && set.report.roc?.equalErrorRate == 0)
        #expect(set.report.pairs == 4)
    }

    @Test("Views are added as they come, and the sum is normalised")
    func mirrored() throws {
        let views = try EmbeddingViews(
            original: table([0, 0, 90, 90]), mirrored: table([60, 0, 90, 90]))
        let set = try ScoredSet(name: "both", pairs: pairs, views: views)
        // 0 and 60 degrees of one length are at 30 together.
        #expect(abs(Double(set.scored[0].distance) - distance(30)) < 1e-5)
        #expect(abs(Double(set.scored[1].distance) - distance(60)) < 1e-5)
    }

    @Test("Two rows a pair are taken by their rows")
    func rows() throws {
        let views = try EmbeddingViews(
            original: table([0, 10, 0, 80, 5, 45, 0, 170], lengths: .init(repeating: 1, count: 8)))
        let labelled = pairs.pairs.enumerated().map {
            VerificationPair(first: 2 * $0, second: 2 * $0 + 1, same: $1.same, fold: $1.fold)
        }
        let set = try ScoredSet(name: "rows", pairs: pairs, labelled: labelled, views: views)
        for (score, degrees) in zip(set.scored, [10.0, 80, 40, 170]) {
            #expect(abs(Double(score.distance) - distance(degrees)) < 1e-5)
        }
    }

    @Test("An evaluation has the set's own numbers, and says what is missing")
    func evaluated() throws {
        let views = try EmbeddingViews(original: table([0, 100, 90, 150]))
        let set = try ScoredSet(name: "four", pairs: pairs, views: views)
        let evaluated = try EvaluatedSet(set, warnings: ["First."])
        #expect(evaluated.report == set.report && evaluated.name == "four")
        #expect(evaluated.warnings.first == "First." && !evaluated.hasMirrorImages)
        #expect(evaluated.warnings.contains { $0.contains("no embeddings of mirror images") })
        // The pair of 100 degrees is of one person and farther than the one of 90.
        #expect(evaluated.isCorrect.count == 4 && evaluated.isCorrect.contains(false))
        #expect(
            evaluated.accuracy.mean
                == Double(evaluated.isCorrect.count { $0 }) / 4)
        #expect(evaluated.errors.count == evaluated.isCorrect.count { !$0 })
        #expect(evaluated.names(of: 3) == ("a/2.jpg", "b/2.jpg"))
        #expect(evaluated.threshold != nil && evaluated.viewOne == nil)
    }
}
