import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceModels
import FaceRuns
import Foundation
import Processes
import SafeFiles
import Torch

/// Finished embeddings of a test set of templates, or of MegaFace, kept in a run's folder until the run is
/// finished.
///
/// A process that resumes a run after a kill embeds only what is missing. Embeddings by other weights, or of
/// other images, are not used.
struct KeptEmbeddings {
    private let journal: EmbeddingJournal

    /// - Parameter backbone: The network of `embedder`.
    init(
        of test: PreparedTemplates, by embedder: SetEmbedder, _ backbone: any Backbone,
        in folder: RunFolder
    ) {
        let network = embedder.embedder
        let plan = [
            backbone.state.digest, network.normalization.description,
            network.compute.precision.rawValue, "\(network.compute.device)",
            "\(network.batchSize) \(embedder.size)", test.facts.contentHash ?? "",
            test.set.source.making,
        ]
        journal = EmbeddingJournal(
            folder.templatesURL(test: test.facts.name), plan: plan.joined(separator: "\n"))
    }

    /// Embeds the images that no earlier process has embedded.
    ///
    /// - Parameters:
    ///   - source: The images of the test set.
    ///   - name: Their description for other processes.
    ///   - progress: Receives how many images are done, and of how many. Finished embeddings are kept if it throws.
    func embeddings(
        of source: any ImageSource, _ name: SharedImages, by embedder: SetEmbedder,
        progress: (Int, Int) throws -> Void
    ) throws -> EmbeddingViews {
        let count = source.count
        let each = embedder.embedder.batchSize * (embedder.team?.size ?? 1)
        _ = try journal.fill(
            with: source, batchSize: each, progress: { try progress($0, count) }
        ) { range in
            try embedder.embeddings(
                of: SelectedImages(Array(range), of: source), .part(name, range)
            ) { done, _ in try progress(range.lowerBound + done, count) }
        }
        return try journal.views()
    }

    /// Removes those of all test sets, once the run is finished or has been tested.
    static func removeAll(in folder: RunFolder) {
        EmbeddingJournal.removeAll(
            in: folder.templatesURL(test: "any").deletingLastPathComponent())
    }
}

extension [StateEntry] {
    /// SHA-256 over names, types, shapes and bytes, in hexadecimal.
    fileprivate var digest: String {
        var hash = SHA256()
        for entry in self {
            let head = "\(entry.name)\n\(entry.tensor.type) \(entry.tensor.shape)\n"
            hash.update([UInt8](head.utf8))
            hash.update(entry.tensor.bytes())
        }
        return hash.hexDigest()
    }
}
