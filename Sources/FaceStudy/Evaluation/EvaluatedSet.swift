public import FaceData
public import FaceEvaluation
import FaceRuns
public import FaceStatistics
import Foundation

/// What one model scored on one test set, by every protocol.
public struct EvaluatedSet {
    /// The test set's name.
    public let name: String
    /// The test set.
    public let pairs: VerificationPairs
    /// Curves, rates and the insightface protocol.
    public let report: VerificationReport
    /// Every protocol in circulation, side by side.
    public let comparison: ProtocolComparison
    /// The best single threshold and its interval; nil where all pairs are of one kind.
    public let threshold: BestThreshold?
    /// LFW's View 1, where the test set is one.
    public let viewOne: ViewOneResult?
    /// The pairs that the insightface protocol decides wrongly.
    public let errors: VerificationErrors
    /// Whether there are embeddings of mirror images.
    public let hasMirrorImages: Bool
    /// The distances of the pairs.
    let scored: [ScoredPair]
    /// The insightface protocol's accuracy and how far it may be off, as pairs share people.
    public let accuracy: SeedPairEstimate
    /// For each pair whether the insightface protocol decides it rightly.
    let isRight: [Bool]
    /// What was found before anything was embedded.
    private let earlierWarnings: [String]

    /// Evaluates embeddings on a test set.
    ///
    /// - Parameters:
    ///   - name: The test set's name.
    ///   - pairs: The test set.
    ///   - labelled: Its pairs, by the rows of the embeddings.
    ///   - views: The embeddings.
    ///   - warnings: What was found before anything was embedded, a sentence each.
    ///   - development: Scored pairs that View 1's threshold is chosen on; empty for other sets.
    init(
        name: String, pairs: VerificationPairs, labelled: [VerificationPair], views: EmbeddingViews,
        warnings: [String] = [], development: [ScoredPair] = []
    ) throws {
        let folds = FoldAssignment.contiguous(pairs.folds)
        let rule = InsightFaceProtocol(folds: folds)
        let scored = try views.normalizedSum().scores(of: labelled)
        self.name = name
        self.pairs = pairs
        self.scored = scored
        report = try VerificationReport(of: scored, meanNorm: try views.meanNorm(), rule: rule)
        comparison = try ProtocolComparison(views, pairs: labelled, folds: folds)
        threshold = report.roc == nil ? nil : try BestThreshold(of: scored)
        let errors = try VerificationErrors(of: scored, by: rule)
        self.errors = errors
        let wrong = Set((errors.falseAccepts + errors.falseRejects).map(\.pair))
        isRight = scored.indices.map { !wrong.contains($0) }
        accuracy = try SeedPairEstimate(
            [isRight.map { $0 ? 1 : 0 }], try pairs.design(), of: .share)
        earlierWarnings = warnings
        viewOne =
            development.isEmpty ? nil : try ViewOneResult(train: development, test: scored)
        hasMirrorImages = views.mirrored != nil
    }

    /// The names of a pair's images.
    public func names(of pair: Int) -> (first: String, second: String) {
        let pair = pairs.pairs[pair]
        return (pairs.images[pair.first], pairs.images[pair.second])
    }

    /// The images of a pair as JPEG, cut as a network sees them.
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

    /// What the reader of the numbers must know, a sentence each.
    public var warnings: [String] {
        var warnings = earlierWarnings + report.warnings
        if pairs.folds == 1 {
            warnings.append(
                "There is one fold only, so thresholds are chosen on the pairs they are judged on, "
                    + "and accuracies are optimistic.")
        }
        if !hasMirrorImages {
            warnings.append(
                "There are no embeddings of mirror images, so every protocol uses the images alone."
            )
        }
        return warnings
    }

    /// The distances with the names of the images.
    var scores: [ScoreRecord] {
        zip(pairs.pairs, scored).map { pair, score in
            ScoreRecord(
                score, first: pairs.images[pair.first], second: pairs.images[pair.second])
        }
    }
}

extension EvaluatedSet {
    /// What `metrics.json` says about a test set.
    struct Metrics: Codable, Hashable {
        var report: VerificationReport
        var protocols: [ProtocolResult]
        var bestThreshold: BestThreshold?
        var viewOne: ViewOneResult?
        var falseAccepts: Int
        var falseRejects: Int
        var warnings: [String]
    }

    var metrics: Metrics {
        Metrics(
            report: report, protocols: comparison.results, bestThreshold: threshold,
            viewOne: viewOne, falseAccepts: errors.falseAccepts.count,
            falseRejects: errors.falseRejects.count, warnings: warnings)
    }
}

extension VerificationPairs {
    /// The pairs as statistics sees them. A person is the folder of an image; where folders do not
    /// tell two people of a pair apart, the images stand for them.
    func design() throws -> PairDesign {
        let people = owners
        func name(_ image: Int) -> String { people[image] ?? images[image] }
        return try PairDesign(
            folds: pairs.map(\.fold),
            people: pairs.map { pair in
                let (a, b) = (name(pair.first), name(pair.second))
                if pair.same { return (a, a) }
                return a == b ? (images[pair.first], images[pair.second]) : (a, b)
            })
    }
}
