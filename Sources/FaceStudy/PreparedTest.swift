import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceRuns
import Foundation

/// A test set that was read and checked: its images, its pairs, and the subset for epochs.
struct PreparedTest {
    /// The report's data on it.
    let facts: TestSetFacts
    let pairs: VerificationPairs
    /// The pairs evaluated after every epoch but the last.
    let subset: VerificationPairs
    /// Names of the images that could not be used, which count as failures to enrol.
    var failed: Set<String> = []
    /// Stamps of the images' files of both when they were read; nil if nothing has been read.
    var stamps: (all: FileStamps, subset: FileStamps)?
    /// Whether its people are held out of a training set.
    var isHeldOut = false

    /// Evaluates a backbone on all pairs or on the subset.
    func evaluate(
        _ embedder: SetEmbedder, all: Bool, progress: (Int, Int) throws -> Void
    ) throws -> ScoredSet {
        let pairs = all ? pairs : subset
        let views = try embedder.embeddings(
            of: pairs.source, isHeldOut ? .heldOut : .test(facts.name, all: all),
            progress: progress)
        if let stamps = all ? stamps?.all : stamps?.subset {
            try stamps.check(0..<pairs.source.count, of: pairs.source)
        }
        return try ScoredSet(
            name: facts.name, pairs: pairs, views: views,
            failed: TestImages.indices(of: failed, in: pairs.source))
    }
}
