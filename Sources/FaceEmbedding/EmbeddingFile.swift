public import FaceData
public import FaceEvaluation
public import Foundation
import SafeFiles
import Spelling
public import Torch

/// Embeddings in a file, so that they can be evaluated without the network, or come from another program.
///
/// | file | content |
/// |---|---|
/// | `.npy` | one test set: `[n, d]` of the images, or `[2, n, d]` of the images and of their mirror images |
/// | `.bin` | one test set: `[n, d]` behind the header of an OpenCV matrix |
/// | `.safetensors` | any number: `NAME/original` and, if there is one, `NAME/mirrored`, each `[n, d]`; without a name, `original` and `mirrored`, for one test set |
///
/// Embeddings are not normalised. Row `i` is image `i` of the test set, each image once in the order in
/// which the pairs first name it. A file with twice as many rows as there are pairs has two rows per pair
/// instead, in the order of the pairs, as insightface's `.bin` files have their images. Facet's own
/// safetensors files also contain the images' names, under the key `NAME/images`, one per line, and are
/// refused for other images.
public struct EmbeddingFile {
    /// The data that a file has for one test set.
    private struct Entry {
        var views: EmbeddingViews
        var images: [String]?
    }

    private let path: String
    private var entries: [String: Entry] = [:]

    /// Whether a file's name ends in `.npy`, which no other kind of model has.
    public static func isNamedArray(_ url: URL) -> Bool { url.pathExtension.lowercased() == "npy" }

    // MARK: Reading

    /// Reads a `.npy` file.
    ///
    /// - Throws: ``FaceEmbeddingError/embeddings(path:reason:)``, or the error of a damaged file.
    public init(array url: URL) throws {
        path = url.path
        let array = try NumPyArray.read(url)
        let shape = array.shape
        guard shape.count == 2 || (shape.count == 3 && shape[0] == 2), !shape.contains(0) else {
            throw FaceEmbeddingError.embeddings(
                path: path,
                reason:
                    "its shape is \(shape) but must be [n, d] or, with the mirror images, [2, n, d]"
            )
        }
        let (count, dimension) = (shape[shape.count - 2], shape[shape.count - 1])
        let size = count * dimension
        func table(_ index: Int) throws -> EmbeddingTable {
            try EmbeddingTable(
                count: count, dimension: dimension,
                values: Array(array.values[index * size..<(index + 1) * size]))
        }
        entries[""] = Entry(
            views: try EmbeddingViews(
                original: table(0), mirrored: shape.count == 3 ? table(1) : nil))
    }

    /// Reads a matrix with OpenCV's header, as MegaFace's features have it.
    ///
    /// - Throws: `FaceDataError` for a damaged file.
    public init(matrix url: URL) throws {
        path = url.path
        let (shape, values) = try MegaFaceFile.readMatrix(url)
        entries[""] = Entry(
            views: try EmbeddingViews(
                original: EmbeddingTable(
                    count: shape.rows, dimension: shape.columns, values: values)))
    }

    /// Reads the tensors of a safetensors file of embeddings.
    public init(_ content: Safetensors.Content, path: String) throws {
        self.path = path
        for name in content.tensors.keys where name.split(separator: "/").last == "original" {
            let set = String(name.dropLast("original".count))
            let other = content.tensors[set + "mirrored"]
            let views = try EmbeddingViews(
                original: table(content.tensors[name], name),
                mirrored: other.map { try table($0, set + "mirrored") })
            entries[set.isEmpty ? "" : String(set.dropLast())] = Entry(
                views: views,
                images: content.metadata[set + "images"]?.components(separatedBy: "\n"))
        }
        guard !entries.isEmpty else {
            throw FaceEmbeddingError.embeddings(path: path, reason: "it has no tensor 'original'")
        }
    }

    private func table(_ tensor: Tensor?, _ name: String) throws -> EmbeddingTable {
        guard let tensor, tensor.rank == 2, !tensor.shape.contains(0) else {
            throw FaceEmbeddingError.embeddings(
                path: path,
                reason: "\(quoted: name) has shape \(tensor?.shape ?? []) but must be [n, d]")
        }
        return try EmbeddingTable(
            count: tensor.shape[0], dimension: tensor.shape[1], values: tensor.array(of: Float.self)
        )
    }

    // MARK: Matching

    /// The embeddings of a test set, and the pairs by their rows.
    ///
    /// - Parameters:
    ///   - name: The test set's name.
    ///   - images: Its images' names.
    ///   - pairs: Its pairs by the indices of the images.
    /// - Throws: ``FaceEmbeddingError/embeddings(path:reason:)`` when there are none, their number is
    ///   wrong, or they are of other images.
    public func match(
        _ name: String, images: [String], pairs: [VerificationPair]
    ) throws -> (views: EmbeddingViews, pairs: [VerificationPair]) {
        guard let entry = entries[name] ?? (entries.count == 1 ? entries[""] : nil) else {
            let known = entries.keys.sorted().joined(separator: ", ")
            throw FaceEmbeddingError.embeddings(
                path: path, reason: "it has no embeddings of \(quoted: name), only of: \(known)")
        }
        if let stored = entry.images, stored != images {
            let index = zip(stored, images).enumerated().first { $1.0 != $1.1 }?.offset
            let detail =
                index.map { "row \($0) is \(quoted: stored[$0]), not \(quoted: images[$0])" }
                ?? "it has \(counted(stored.count, "image")), not \(grouped(images.count))"
            throw FaceEmbeddingError.embeddings(
                path: path, reason: "they belong to other images: \(detail)")
        }
        let rows = entry.views.count
        if rows == images.count { return (entry.views, pairs) }
        guard rows == 2 * pairs.count else {
            throw FaceEmbeddingError.embeddings(
                path: path,
                reason: "it has \(counted(rows, "row")) for \(quoted: name), which has "
                    + "\(counted(images.count, "image")) and \(counted(pairs.count, "pair")); give one row per image, or two rows per pair"
            )
        }
        return (
            entry.views,
            pairs.enumerated().map { index, pair in
                VerificationPair(
                    first: 2 * index, second: 2 * index + 1, same: pair.same, fold: pair.fold)
            }
        )
    }

    // MARK: Writing

    /// Writes the embeddings of test sets, atomically.
    ///
    /// - Throws: ``FaceEmbeddingError/cannotWrite(path:reason:)``, or
    ///   ``FaceEmbeddingError/embeddings(path:reason:)`` for more than one test set in a `.npy` file.
    public static func write(
        _ sets: [(name: String, views: EmbeddingViews, images: [String])], to url: URL
    ) throws {
        if isNamedArray(url) {
            guard sets.count == 1 else {
                throw FaceEmbeddingError.embeddings(
                    path: url.path,
                    reason: "a .npy file holds one test set, not \(sets.count); "
                        + "write a .safetensors file")
            }
            return try write(sets[0].views, toArray: url)
        }
        var state: [StateEntry] = []
        var metadata = ["format": "pt"]
        for set in sets {
            metadata["\(set.name)/images"] = set.images.joined(separator: "\n")
            state.append(StateEntry("\(set.name)/original", tensor(set.views.original), .buffer))
            if let mirrored = set.views.mirrored {
                state.append(StateEntry("\(set.name)/mirrored", tensor(mirrored), .buffer))
            }
        }
        try Safetensors.write(state, metadata: metadata, to: url)
    }

    private static func write(_ views: EmbeddingViews, toArray url: URL) throws {
        let (count, dimension) = (views.count, views.original.dimension)
        let array =
            views.mirrored.map {
                NumPyArray(
                    shape: [2, count, dimension], values: views.original.values + $0.values)
            } ?? NumPyArray(shape: [count, dimension], values: views.original.values)
        do {
            try AtomicFile.write(array.data, to: url)
        } catch {
            throw FaceEmbeddingError.cannotWrite(path: url.path, reason: error.description)
        }
    }

    private static func tensor(_ table: EmbeddingTable) -> Tensor {
        Tensor(table.values, shape: [table.count, table.dimension])
    }
}
