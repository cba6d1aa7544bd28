import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceModels
import FaceRuns
import Foundation
import Processes
import Torch

/// Finished embeddings of test sets of templates, of MegaFace, and of the cohort, kept in a run's folder until the
/// run is finished.
///
/// A process that resumes a run after a kill embeds only what is missing. Embeddings by other weights, or of
/// other images, are not used.
struct KeptEmbeddings {
    private let embedder: SetEmbedder
    private let folder: RunFolder
    /// Identifies the weights and how they are run.
    private let network: [String]

    /// - Parameter backbone: The network of `embedder`.
    init(by embedder: SetEmbedder, _ backbone: any Backbone, in folder: RunFolder) {
        self.embedder = embedder
        self.folder = folder
        let run = embedder.embedder
        network = [
            Safetensors.tensorDigest(of: backbone.state), run.normalization.description,
            run.compute.precision.rawValue, DeviceKind.name(run.compute.device),
            "\(run.batchSize) \(embedder.size)",
        ]
    }

    /// Embeds the images of a test set that no earlier process has embedded.
    ///
    /// - Parameter progress: Receives how many images are done, and of how many. Finished embeddings are kept if it
    ///   throws.
    func embeddings(
        of test: PreparedTemplates, progress: (Int, Int) throws -> Void
    ) throws -> EmbeddingViews {
        try embeddings(
            of: test.set.source, .templates(test.facts.name), test.facts.contentHash ?? "",
            in: folder.templatesURL(test: test.facts.name), progress)
    }

    /// The same for the images of the cohort.
    func embeddings(
        of cohort: PreparedCohort, progress: (Int, Int) throws -> Void
    ) throws -> EmbeddingViews {
        // Files of test sets have an extension.
        try embeddings(
            of: cohort.set.source, nil, "", in: Self.place(folder).appendingPathComponent("cohort"),
            progress)
    }

    /// - Parameters:
    ///   - name: The images' description for other processes; nil if this process embeds them alone.
    ///   - contents: Identifies the contents of the images, as far as known.
    private func embeddings(
        of source: any ImageSource, _ name: SharedImages?, _ contents: String, in file: URL,
        _ progress: (Int, Int) throws -> Void
    ) throws -> EmbeddingViews {
        let journal = EmbeddingJournal(
            file, plan: (network + [contents, source.making]).joined(separator: "\n"))
        let count = source.count
        let processes = name == nil ? 1 : embedder.team?.size ?? 1
        _ = try journal.fill(
            with: source, batchSize: embedder.embedder.batchSize * processes,
            progress: { try progress($0, count) }
        ) { range in
            try embedder.embeddings(
                of: SelectedImages(Array(range), of: source), name.map { .part($0, range) }
            ) { done, _ in try progress(range.lowerBound + done, count) }
        }
        return try journal.views()
    }

    /// Removes those of all sets, once the run is finished or has been tested.
    static func removeAll(in folder: RunFolder) { EmbeddingJournal.removeAll(in: place(folder)) }

    private static func place(_ folder: RunFolder) -> URL {
        folder.templatesURL(test: "any").deletingLastPathComponent()
    }
}
