import FaceData
import FaceEvaluation
import Foundation

/// A model's evaluation in progress: its options, and the results so far.
struct EvaluationWork {
    /// How the model is tested.
    let options: TestOptions
    /// Embeds images with the network; nil for a file of embeddings.
    let keeper: SetEmbeddingKeeper?
    /// The cohort that normalises scores on sets of templates; nil for none.
    var cohort: ScoreCohort?
    /// Results on sets of pairs of images.
    var sets: [EvaluatedSet] = []
    /// Results on sets of templates.
    var templates: [EvaluatedTemplates] = []
    /// Results on MegaFace.
    var megaFace: [EvaluatedMegaFace] = []
    /// Results by groups and quality.
    var details = EvaluationDetails()
    /// The scores of all sets.
    var scores: [EvaluationResults.SetScores] = []
    /// Embeddings to be written, with the sets' names.
    private(set) var stored: [(name: String, views: EmbeddingViews, images: [String])] = []

    /// - Throws: ``FaceEmbeddingError/embeddings(path:reason:)`` if failures are to be counted but the
    ///   model is a file of embeddings.
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

    /// Keeps a set's embeddings for the output file, if one was requested.
    mutating func keep(_ name: String, _ views: EmbeddingViews, _ images: [String]) {
        if options.embeddings != nil { stored.append((name, views, images)) }
    }

    /// The results, with thresholds carried over from set to set.
    mutating func finished() -> EvaluationResults {
        let normalized = templates.filter { $0.report.normalization != nil }.map(\.name)
        details.addTransfers(
            scores.map { ($0.name, $0.scores) }, normalized: Set(normalized))
        keeper?.finish()
        return EvaluationResults(
            sets: sets, templates: templates, megaFace: megaFace, details: details, scores: scores)
    }
}
