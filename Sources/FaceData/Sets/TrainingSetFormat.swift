import Foundation

extension LabelledImageSet {
    /// Opens a training set of any format.
    ///
    /// | source | read as |
    /// |---|---|
    /// | folder with `train.rec`, or with one `.rec` | RecordIO pack |
    /// | `.rec` file | RecordIO pack |
    /// | folder with `data.mdb`, or the file | LMDB database of Caffe or OpenMMLab |
    /// | `.parquet` file, `NAME-{00000..00002}-of-00003.parquet`, folder of them | Parquet of Hugging Face's `datasets` |
    /// | `.tfrecord` file or folder of them | TFRecord; `INDEX,FOLDER` takes TFace's text |
    /// | `.tar` file, `NAME-{000..012}.tar`, folder of them | shards of a WebDataset, or archives of folders |
    /// | folder | identity folders of images |
    /// | `.tsv` file | MS-Celeb-1M's own format; `FILE,LIST` takes the rows that a list selects |
    /// | other file | list of images; `LIST,FOLDER` when paths are relative to another folder |
    ///
    /// - Parameter threads: Number of threads that read labels.
    /// - Throws: ``FaceDataError`` if it cannot be read or has an unknown format.
    public static func open(
        _ source: String, threads: Int = 1
    ) throws(FaceDataError) -> LabelledImageSet {
        let url = URL(fileURLWithPath: source)
        guard let kind = SystemPath.kind(url.path) else {
            if ShardNames.isPattern(source) {
                return try shards(
                    url, try ShardNames.expand(source).map { URL(fileURLWithPath: $0) }, threads)
            }
            let parts = source.split(separator: ",", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw .unreadable(
                    path: url.path, reason: FileReader.obstacle(to: url) ?? "it cannot be found")
            }
            return try open(
                file: URL(fileURLWithPath: parts[0]), with: URL(fileURLWithPath: parts[1]),
                threads: threads)
        }
        guard kind == .folder else {
            return try open(file: url, with: nil, threads: threads)
        }
        if let pack = try recordFile(in: url) {
            return try .pack(try RecordPack(pack), threads: threads)
        }
        let database = url.appendingPathComponent("data.mdb")
        if SystemPath.kind(database.path) == .file { return try shards(url, [database], threads) }
        if let files = try shards(in: url) { return try shards(url, files, threads) }
        // `datasets` stores its files in a subfolder of this name.
        let inner = url.appendingPathComponent("data")
        if SystemPath.kind(inner.path) == .folder, let files = try shards(in: inner),
            files.allSatisfy({ StoredFormat(file: $0.lastPathComponent) == .parquet })
        {
            return try shards(url, files, threads)
        }
        do throws(FaceDataError) {
            return try folder(url)
        } catch {
            guard case .noIdentities = error else { throw error }
            try ForeignSet.refuse(folder: url)
            throw error
        }
    }

    /// The shards in a folder without subfolders; nil if there are none.
    private static func shards(in folder: URL) throws(FaceDataError) -> [URL]? {
        let names = try visibleNames(folder)
        let shards = names.filter { StoredFormat(file: $0) != nil }
            .map(folder.appendingPathComponent)
        guard !shards.isEmpty,
            !names.contains(where: {
                SystemPath.kind(folder.appendingPathComponent($0).path) == .folder
            })
        else { return nil }
        return shards
    }

    /// Reads files that contain many images each, which must all have the same format.
    private static func shards(
        _ location: URL, _ files: [URL], _ threads: Int
    ) throws(FaceDataError) -> LabelledImageSet {
        for file in files where SystemPath.kind(file.path) != .file {
            throw .unreadable(
                path: file.path, reason: FileReader.obstacle(to: file) ?? "it is not a file")
        }
        let formats = files.map { StoredFormat(file: $0.lastPathComponent) }
        guard let first = formats.first, let format = first, formats.allSatisfy({ $0 == format })
        else {
            throw .unknownFormat(
                path: location.path,
                reason: "its files must be all of one format with names that end in "
                    + StoredFormat.endings.joined(separator: ", "))
        }
        return try format.open(location, files, threads: threads)
    }

    private static func open(
        file: URL, with other: URL?, threads: Int
    ) throws(FaceDataError) -> LabelledImageSet {
        switch file.pathExtension.lowercased() {
        case "rec": return try .pack(try RecordPack(file), threads: threads)
        case "bin":
            throw .unknownFormat(
                path: file.path,
                reason: "a verification pack has pairs and no identities; use it as a test set")
        case "tsv": return try .celebRows(file, selectedBy: other)
        default:
            if let format = StoredFormat(file: file.lastPathComponent), other == nil {
                return try format.open(file, [file], threads: threads)
            }
            if let other, let line = try? TextFile.firstLine(file), TFaceIndex.isLine(line) {
                return try TFaceIndex(file).set(other, file)
            }
            try ForeignSet.refuse(file)
            return try list(file, images: other)
        }
    }

    /// The RecordIO file of a folder: `train.rec`, or the only one.
    static func recordFile(in folder: URL) throws(FaceDataError) -> URL? {
        let names = try visibleNames(folder).filter { $0.hasSuffix(".rec") }
        if names.contains("train.rec") { return folder.appendingPathComponent("train.rec") }
        return names.count == 1 ? folder.appendingPathComponent(names[0]) : nil
    }
}
