import FaceData
import FaceEvaluation
import FaceRuns
import Foundation

/// A test set that was read and checked: its images, its pairs, and what is evaluated when.
struct PreparedTest {
    /// What the report says about it.
    let facts: TestSetFacts
    /// The protocol.
    let pairs: VerificationPairs
    /// The pairs of every epoch but the last.
    let subset: VerificationPairs
    /// What the images of both were when they were read; nil where nothing was read before.
    var stamps: (all: FileStamps, subset: FileStamps)?

    /// Evaluates a backbone on all pairs or on the subset.
    func evaluate(
        _ embedder: Embedder, size: Int, all: Bool, progress: (Int, Int) throws -> Void
    ) throws -> TestEvaluation {
        let pairs = all ? pairs : subset
        let views = try embedder.embeddings(of: pairs.source, size: size) {
            try progress($0, pairs.source.count)
        }
        if let stamps = all ? stamps?.all : stamps?.subset {
            try stamps.check(0..<pairs.source.count, of: pairs.source)
        }
        return try TestEvaluation(name: facts.name, pairs: pairs, views: views)
    }
}

/// What one model scored on one test set.
struct TestEvaluation {
    let name: String
    let report: VerificationReport
    let scores: [ScoreRecord]
    /// The embeddings of the images.
    let views: EmbeddingViews

    init(
        name: String, pairs: VerificationPairs, views: EmbeddingViews
    ) throws {
        let scored = try views.normalizedSum().scores(of: pairs.pairs)
        self.name = name
        self.views = views
        report = try VerificationReport(
            of: scored, meanNorm: try views.meanNorm(),
            rule: InsightFaceProtocol(folds: .contiguous(pairs.folds)))
        scores = zip(pairs.pairs, scored).map { pair, score in
            ScoreRecord(
                score, first: pairs.images[pair.first], second: pairs.images[pair.second])
        }
    }
}
