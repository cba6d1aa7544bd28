public import FaceData
public import FaceEvaluation
public import FaceStatistics
import Foundation

/// One model's results on one test set, by every protocol.
public struct EvaluatedSet {
    /// The set with its embeddings and scores.
    public let scoredSet: ScoredSet
    /// The results by every known protocol.
    public let comparison: ProtocolComparison
    /// The best single threshold and its interval; nil if all pairs are of one kind.
    public let threshold: BestThreshold?
    /// The result on LFW's View 1; nil for other test sets.
    public let viewOne: ViewOneResult?
    /// The pairs that the insightface protocol misclassifies.
    public let errors: VerificationErrors
    /// The insightface protocol's accuracy and its uncertainty, accounting for shared people.
    public let accuracy: SeedPairEstimate
    /// Whether the insightface protocol classifies each pair correctly.
    package let isCorrect: [Bool]
    /// Warnings found before anything was embedded.
    private let earlierWarnings: [String]

    /// The test set's name.
    public var name: String { scoredSet.name }
    /// Images and pairs of the test set.
    public var pairs: VerificationPairs { scoredSet.pairs }
    /// Curves, rates and the insightface protocol.
    public var report: VerificationReport { scoredSet.report }
    /// Whether there are embeddings of mirror images.
    public var hasMirrorImages: Bool { scoredSet.views.mirrored != nil }

    /// Evaluates a set by every protocol.
    ///
    /// - Parameters:
    ///   - set: The set with its embeddings and scores.
    ///   - warnings: Warnings from before anything was embedded, one sentence each.
    ///   - development: Scored pairs that View 1's threshold is chosen on; empty for other sets.
    public init(
        _ set: ScoredSet, warnings: [String] = [], development: [ScoredPair] = []
    ) throws {
        scoredSet = set
        comparison = try ProtocolComparison(
            set.views, pairs: set.labelled, folds: set.folds, failed: set.failed)
        threshold = set.report.roc == nil ? nil : try BestThreshold(of: set.scored)
        let errors = try VerificationErrors(of: set.scored, by: set.rule)
        self.errors = errors
        let wrong = Set((errors.falseAccepts + errors.falseRejects).map(\.pair))
        isCorrect = set.scored.indices.map { !wrong.contains($0) }
        accuracy = try SeedPairEstimate(
            [isCorrect.map { $0 ? 1 : 0 }], try set.pairs.design(), of: .fraction)
        earlierWarnings = warnings
        viewOne =
            development.isEmpty ? nil : try ViewOneResult(train: development, test: set.scored)
    }

    /// The names of a pair's images.
    public func names(of pair: Int) -> (first: String, second: String) {
        let pair = pairs.pairs[pair]
        return (pairs.images[pair.first], pairs.images[pair.second])
    }

    /// The images of a pair as JPEG, cropped as a network sees them.
    ///
    /// - Parameter side: Height and width, in pixels.
    /// - Throws: The error of an image that cannot be decoded.
    public func pictures(
        of pair: Int, side: Int = 112
    ) throws -> (first: [UInt8], second: [UInt8]) {
        func picture(_ image: Int) throws -> [UInt8] {
            let decoded = try pairs.source.image(image)
            return try ImageEncoder.jpeg(ImageFitting.fit(decoded, side: side), quality: 88)
        }
        let pair = pairs.pairs[pair]
        return (try picture(pair.first), try picture(pair.second))
    }

    /// Warnings about the numbers, a sentence each.
    public var warnings: [String] {
        var warnings = earlierWarnings + report.warnings
        if let failures = scoredSet.failures { warnings.append(failures.warning) }
        if pairs.folds == 1 {
            warnings.append(
                "There is only one fold, so thresholds are chosen on the pairs they are evaluated on "
                    + "and accuracies are optimistic.")
        }
        if !hasMirrorImages {
            warnings.append(
                "There are no embeddings of mirror images, so every protocol uses only the images."
            )
        }
        return warnings
    }
}

extension EvaluatedSet {
    /// The entry of a test set in `metrics.json`.
    struct Metrics: Codable, Hashable {
        var report: VerificationReport
        var protocols: [ProtocolResult]
        var bestThreshold: BestThreshold?
        var viewOne: ViewOneResult?
        var falseAccepts: Int
        var falseRejects: Int
        var failures: FailuresToEnrol?
        var warnings: [String]
    }

    var metrics: Metrics {
        Metrics(
            report: report, protocols: comparison.results, bestThreshold: threshold,
            viewOne: viewOne, falseAccepts: errors.falseAccepts.count,
            falseRejects: errors.falseRejects.count, failures: scoredSet.failures,
            warnings: warnings)
    }
}

extension VerificationPairs {
    /// The pairs as a statistical design. The people are the images' owners, as far as known.
    func design() throws -> PairDesign {
        let people = owners
        func name(_ image: Int) -> String { people[image] ?? images[image] }
        return try PairDesign(
            pairs.map { pair in
                PairDesign.ImagePair(
                    fold: pair.fold, same: pair.same,
                    owners: (name(pair.first), name(pair.second)),
                    images: (images[pair.first], images[pair.second]))
            })
    }
}
