import FaceData
import FaceEvaluation
import Foundation

/// A model's evaluation while it is under way: how it is done, and what was found so far.
struct EvaluationWork {
    /// How it is done.
    let options: TestOptions
    /// What embeds with the network; nil for a file of embeddings.
    let keeper: SetEmbeddingKeeper?
    /// Whom scores on sets of templates are normalised by.
    var cohort: ScoreCohort?
    /// The sets of pairs of images.
    var sets: [EvaluatedSet] = []
    /// The sets of templates.
    var templates: [EvaluatedTemplates] = []
    /// MegaFace.
    var megaFace: [EvaluatedMegaFace] = []
    /// Groups and quality.
    var details = EvaluationDetails()
    /// The scores of all sets.
    var scores: [EvaluationResults.SetScores] = []
    /// Embeddings that are written, with the sets' names.
    private(set) var stored: [(name: String, views: EmbeddingViews, images: [String])] = []

    /// - Throws: ``FaceEmbeddingError/embeddings(path:reason:)`` where failures are to be counted and there are
    ///   embeddings alone.
    init(
        _ source: EmbeddingSource, path: String, engine: (any EmbeddingEngine)?,
        _ options: TestOptions
    ) throws {
        self.options = options
        guard case .network(let network) = source else {
            guard !options.countsFailures else {
                throw FaceEmbeddingError.embeddings(
                    path: path,
                    reason:
                        "which images failed to enrol is not known of embeddings; give the network"
                )
            }
            keeper = nil
            return
        }
        keeper = try SetEmbeddingKeeper(network, options, engine: engine)
    }

    /// Keeps a set's embeddings for the file that was asked for, if one was.
    mutating func keep(_ name: String, _ views: EmbeddingViews, _ images: [String]) {
        if options.embeddings != nil { stored.append((name, views, images)) }
    }

    /// What was found, with thresholds carried over from set to set.
    mutating func finished() -> EvaluationResults {
        details.addTransfers(scores.map { ($0.name, $0.scores) })
        keeper?.finish()
        return EvaluationResults(
            sets: sets, templates: templates, megaFace: megaFace, details: details, scores: scores)
    }
}
