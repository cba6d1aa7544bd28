public import Foundation

/// The format in which a training set is written.
public enum ConversionTarget: String, Sendable, CaseIterable {
    /// An LMDB database with Caffe's keys and values, a folder called `NAME.lmdb`.
    case database
    /// `<identity>/<image>`.
    case folder
    /// insightface's RecordIO, `NAME.rec`.
    case pack
    /// A TFRecord file, `NAME.tfrecord`.
    case records
    /// Shards of a WebDataset, `NAME.tar`.
    case shards

    /// The format of a name's extension.
    public init(_ url: URL) {
        self =
            switch PathText(url.path).ending {
            case "lmdb", "mdb": .database
            case "rec": .pack
            case "tar": .shards
            case "tfrec", "tfrecord", "tfrecords": .records
            default: .folder
            }
    }

    /// Endings of files that are not written; a folder with such a name would be mistaken for one.
    private static let others: Set = [
        "7z", "arrow", "csv", "gz", "h5", "hdf5", "idx", "json", "jsonl", "lst", "npy", "npz",
        "parquet", "tgz", "tsv",
        "txt", "xz", "zip", "zst",
    ]

    /// Why nothing is written to a name; nil if it may be.
    public static func refusal(of url: URL) -> String? {
        let ending = PathText(url.path).ending
        guard others.contains(ending) else { return nil }
        return
            ".\(ending) is not written; name a folder, a .tar (shards of a WebDataset), .rec, .tfrecord or .lmdb, "
            + "or a .bin for a test set"
    }

    /// The files that a conversion writes that can be named beforehand; of shards the first.
    public func files(_ url: URL) -> [URL] {
        switch self {
        case .database: [url.appendingPathComponent("data.mdb")]
        case .folder: [url.appendingPathComponent("pairs.txt")]
        case .pack:
            [url, url.deletingLastPathComponent().appendingPathComponent("property")]
                + ["idx", "lst"].map { url.deletingPathExtension().appendingPathExtension($0) }
        case .records: [url]
        case .shards: [ShardWriter.shard(0, of: url)]
        }
    }

    /// Whether a conversion that was interrupted resumes where it stopped.
    public var resumes: Bool { self == .folder || self == .pack }
}

extension SetConversion {
    /// Writes a training set in the format of the file's name.
    ///
    /// - Parameter shardImages: The most pictures of a shard.
    /// - Throws: ``FaceDataError``.
    public func write(
        _ set: LabelledImageSet, as target: ConversionTarget, to url: URL,
        shardImages: Int = Self.defaultShardImages, progress: Progress = { _ in }
    ) throws -> Outcome {
        switch target {
        case .database: try write(set, toDatabase: url, progress: progress)
        case .folder: try write(set, toFolder: url, progress: progress)
        case .pack: try write(set, toPack: url, progress: progress)
        case .records: try write(set, toRecords: url, progress: progress)
        case .shards: try write(set, toShards: url, images: shardImages, progress: progress)
        }
    }
}
