import Foundation

/// Formats of files that contain many images each.
enum StoredFormat: Sendable, CaseIterable {
    case lmdb
    case parquet
    case tar
    case tfrecord
    case zip

    /// The format of a file's name; nil for other files.
    init?(file name: String) {
        let ending = PathText(name).ending
        // Shards are often called `train.tfrecord-00000-of-00010`.
        let isNumbered = name.contains(".tfrecord-") || name.contains(".tfrecords-")
        guard let format = Self.allCases.first(where: { $0.endings.contains(ending) }) else {
            guard isNumbered else { return nil }
            self = .tfrecord
            return
        }
        self = format
    }

    /// The endings, with their points.
    static let endings = allCases.flatMap(\.endings).map { ".\($0)" }

    private var endings: [String] {
        switch self {
        case .lmdb: ["mdb", "lmdb"]
        case .parquet: ["parquet"]
        case .tar: ["tar"]
        case .tfrecord: ["tfrecord", "tfrecords", "tfrec"]
        case .zip: ["zip"]
        }
    }

    /// Opens files of the format as one set.
    func open(
        _ location: URL, _ files: [URL], threads: Int
    ) throws(FaceDataError) -> LabelledImageSet {
        switch self {
        case .lmdb:
            return try .stored(
                location, files, kind: "lmdb", content: DatabaseValue(), threads: threads
            ) { (store) throws(FaceDataError) in try PartIndex.lmdb(store) }
        case .parquet: return try .parquet(location, files)
        case .tar:
            return try .stored(location, files, kind: "tar", threads: threads) {
                (store) throws(FaceDataError) in try PartIndex.tar(store)
            }
        case .tfrecord:
            return try .stored(
                location, files, kind: "tfrecord", content: RecordedExample(), threads: threads
            ) { (store) throws(FaceDataError) in try PartIndex.tfrecord(store) }
        case .zip:
            // The archive has its own index.
            return try .stored(
                location, files, kind: "zip", content: ZipMember(), threads: threads,
                minIndexBytes: .max
            ) { (store) throws(FaceDataError) in try PartIndex.zip(store) }
        }
    }
}
