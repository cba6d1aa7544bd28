import FaceData
import FaceEvaluation
import FaceModels
import Foundation
import SafeFiles

/// Embeddings of a set's images, some of which may have failed.
struct SetEmbeddings {
    /// One row per image; the row of a failed image has no meaning.
    var views: EmbeddingViews
    /// Images that could not be used, by their indices.
    var failed: Set<Int> = []
}

/// Embeds the images of test sets with a network, and keeps finished embeddings on disk.
///
/// Finished embeddings are kept in hidden files, one per set, from which a later process resumes if network
/// and images are the same. The row of a failed image consists of a number that no network outputs.
final class SetEmbeddingKeeper {
    private let network: EmbeddingNetwork
    private let options: TestOptions
    private let plan: String
    private var journals: [EmbeddingJournal] = []

    /// Every component of a failed image's row.
    private static let mark = -Float.greatestFiniteMagnitude

    /// - Parameter engine: The engine that runs the network; nil for LibTorch.
    /// - Throws: The error of a network file that cannot be read.
    init(_ network: EmbeddingNetwork, _ options: TestOptions, engine: (any EmbeddingEngine)?) throws
    {
        self.network = network
        self.options = options
        let embedder = network.embedder
        plan =
            options.journals == nil
            ? ""
            : "\(try network.identity()) \(embedder.compute.precision) "
                + "\(embedder.compute.device) \(embedder.batchSize) \(options.countsFailures)"
                + (engine.map { " \($0.name)" } ?? "")
    }

    /// The images as they are read: tolerating failures, if they are to be counted.
    func readable(_ images: any ImageSource) -> any ImageSource {
        options.countsFailures ? TolerantImages(images) : images
    }

    /// Embeddings of a set's images and of their mirror images.
    ///
    /// - Parameters:
    ///   - images: The result of ``readable(_:)``.
    ///   - name: The set's name.
    ///   - progress: Receives the number of images that are done.
    func embeddings(
        of images: any ImageSource, name: String, progress: (Int) throws -> Void
    ) throws -> SetEmbeddings {
        let views =
            try options.journals.map {
                try kept(images, Self.file(name, in: $0), progress)
            } ?? marked(try network.embeddings(of: images, progress: progress), images, from: 0)
        return try unmarked(views, name: name, images)
    }

    /// Removes the kept embeddings once they have been used.
    func finish() {
        journals.forEach { $0.remove() }
        journals = []
    }

    // MARK: Keeping

    private static func file(_ name: String, in folder: URL) -> URL {
        // Names of sets may contain characters that file names may not.
        folder.appendingPathComponent(
            "embeddings-" + SHA256.hexDigest(of: Array(name.utf8)).prefix(12))
    }

    private func kept(
        _ images: any ImageSource, _ file: URL, _ progress: (Int) throws -> Void
    ) throws -> EmbeddingViews {
        let journal = EmbeddingJournal(file, plan: plan + images.making)
        journals.append(journal)
        _ = try journal.fill(
            with: images, batchSize: network.embedder.batchSize, progress: progress
        ) { range in
            let views = try network.embeddings(of: SelectedImages(Array(range), of: images)) {
                try progress(range.lowerBound + $0)
            }
            return try marked(views, images, from: range.lowerBound)
        }
        return try journal.views()
    }

    // MARK: Failures

    /// Marks the rows of images that failed.
    private func marked(
        _ views: EmbeddingViews, _ images: any ImageSource, from first: Int
    ) throws -> EmbeddingViews {
        let failed = (images as? TolerantImages)?.failures.keys.map { $0 - first } ?? []
        return try views.replacing(Set(failed.filter { $0 >= 0 && $0 < views.count })) { _ in
            Self.mark
        }
    }

    /// Finds the marked rows, and makes them vectors of length 1.
    private func unmarked(
        _ views: EmbeddingViews, name: String, _ images: any ImageSource
    ) throws -> SetEmbeddings {
        guard options.countsFailures else { return SetEmbeddings(views: views) }
        let failed = Set(
            (0..<views.count).filter { views.original[$0].allSatisfy { $0 == Self.mark } })
        guard failed.count < views.count || views.count == 0 else {
            throw FaceEmbeddingError.noUsableImage(
                set: name, path: images.path(of: 0), images: views.count)
        }
        return SetEmbeddings(
            views: try views.replacing(failed) { $0 == 0 ? 1 : 0 }, failed: failed)
    }
}

extension EmbeddingViews {
    /// The views with other numbers in some rows, by their columns.
    fileprivate func replacing(_ rows: Set<Int>, _ value: (Int) -> Float) throws -> EmbeddingViews {
        guard !rows.isEmpty else { return self }
        func table(_ table: EmbeddingTable) throws -> EmbeddingTable {
            var values = table.values
            for row in rows {
                for column in 0..<table.dimension {
                    values[row * table.dimension + column] = value(column)
                }
            }
            return try EmbeddingTable(
                count: table.count, dimension: table.dimension, values: values)
        }
        return try EmbeddingViews(original: table(original), mirrored: mirrored.map(table))
    }
}
