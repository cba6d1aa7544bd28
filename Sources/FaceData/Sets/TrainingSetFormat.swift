import Foundation

extension LabelledImageSet {
    /// Opens a training set of any format.
    ///
    /// | source | read as |
    /// |---|---|
    /// | folder with `train.rec`, or with one `.rec` | RecordIO pack |
    /// | `.rec` file | RecordIO pack |
    /// | folder | identity folders of images |
    /// | `.tsv` file | MS-Celeb-1M's own format; `FILE,LIST` takes the rows that a list selects |
    /// | other file | list of images; `LIST,FOLDER` when paths are relative to another folder |
    ///
    /// - Parameter threads: Workers that read labels.
    /// - Throws: ``FaceDataError`` when it cannot be read or is of another format.
    public static func open(
        _ source: String, threads: Int = 1
    ) throws(FaceDataError) -> LabelledImageSet {
        let url = URL(fileURLWithPath: source)
        guard let kind = SystemPath.kind(url.path) else {
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
        return try folder(url)
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
        default: return try list(file, images: other)
        }
    }

    /// The RecordIO file of a folder: `train.rec`, or the only one.
    static func recordFile(in folder: URL) throws(FaceDataError) -> URL? {
        let names = try visibleNames(folder).filter { $0.hasSuffix(".rec") }
        if names.contains("train.rec") { return folder.appendingPathComponent("train.rec") }
        return names.count == 1 ? folder.appendingPathComponent(names[0]) : nil
    }
}
