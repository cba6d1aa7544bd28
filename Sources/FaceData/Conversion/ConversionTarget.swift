public import Foundation

/// The format in which a training set is written.
public enum ConversionTarget: String, Sendable, CaseIterable {
    /// An LMDB database with Caffe's keys and values, a folder called `NAME.lmdb`.
    case database
    /// `<identity>/<image>`.
    case folder
    /// insightface's RecordIO, `NAME.rec`.
    case pack
    /// Parquet of Hugging Face's `datasets`, `NAME.parquet`.
    case parquet
    /// A TFRecord file, `NAME.tfrecord`.
    case records
    /// Shards of a WebDataset, `NAME.tar`.
    case shards
    /// A tar archive of `<identity>/<image>`, `NAME.tar`.
    case tar
    /// A ZIP archive of `<identity>/<image>`, `NAME.zip`.
    case zip

    /// The format of a name by its ending: shards for `NAME.tar`, a folder for other endings.
    public init(_ url: URL) {
        self =
            switch PathText(url.path).ending {
            case "lmdb", "mdb": .database
            case "parquet": .parquet
            case "rec": .pack
            case "tar": .shards
            case "tfrec", "tfrecord", "tfrecords": .records
            case "zip": .zip
            default: .folder
            }
    }

    /// Endings of formats that cannot be written; a folder with such a name would be mistaken for
    /// such a file.
    private static let others: Set = [
        "7z", "arrow", "csv", "gz", "h5", "hdf5", "idx", "json", "jsonl", "lst", "npy", "npz",
        "tgz",
        "tsv", "txt", "xz", "zst",
    ]

    /// Why a name is refused; nil if it can be written to.
    public static func refusal(of url: URL) -> String? {
        let ending = PathText(url.path).ending
        guard others.contains(ending) else { return nil }
        return
            ".\(ending) is not written; name a folder, a .tar (shards of a WebDataset), .zip, .parquet, .rec, "
            + ".tfrecord or .lmdb, or a .bin for a test set"
    }

    /// The files of a conversion whose names are known beforehand; for shards only the first.
    public func files(_ url: URL) -> [URL] {
        switch self {
        case .database: [url.appendingPathComponent("data.mdb")]
        case .folder: [url.appendingPathComponent("pairs.txt")]
        case .pack:
            [url, url.deletingLastPathComponent().appendingPathComponent("property")]
                + ["idx", "lst"].map { url.deletingPathExtension().appendingPathExtension($0) }
        case .parquet, .records, .tar, .zip: [url]
        case .shards: [ShardWriter.shard(0, of: url)]
        }
    }

    /// Whether a conversion that was interrupted resumes where it stopped.
    public var resumes: Bool { self == .folder || self == .pack }

    /// Refuses a name under which a file already exists. Folders are checked when they are written, and a pack
    /// whose conversion was interrupted is resumed.
    ///
    /// - Throws: ``FaceDataError/cannotWrite(path:reason:)``.
    public func requireFree(_ url: URL) throws(FaceDataError) {
        let isResumed = self == .pack && SystemPath.kind(PackJournal.url(of: url).path) != nil
        guard self != .folder, !isResumed, let file = files(url).first else { return }
        try Self.requireNone(file)
    }

    /// Refuses the name of a file that already exists. Anything other than a regular file is refused when it
    /// is written.
    public static func requireNone(_ file: URL) throws(FaceDataError) {
        guard SystemPath.kind(file.path) == .file else { return }
        throw .cannotWrite(
            path: file.path, reason: "it already exists; remove it, or choose another name")
    }
}

extension SetConversion {
    /// Writes a training set in the format of the file's name.
    ///
    /// - Parameter shardImages: The most images per shard.
    /// - Throws: ``FaceDataError``.
    public func write(
        _ set: LabelledImageSet, as target: ConversionTarget, to url: URL,
        shardImages: Int = Self.defaultShardImages, progress: Progress = { _ in }
    ) throws -> Outcome {
        try target.requireFree(url)
        return switch target {
        case .database: try write(set, toDatabase: url, progress: progress)
        case .folder: try write(set, toFolder: url, progress: progress)
        case .pack: try write(set, toPack: url, progress: progress)
        case .parquet: try write(set, toParquet: url, progress: progress)
        case .records: try write(set, toRecords: url, progress: progress)
        case .shards: try write(set, toShards: url, images: shardImages, progress: progress)
        case .tar: try write(set, toTar: url, progress: progress)
        case .zip: try write(set, toZip: url, progress: progress)
        }
    }
}
