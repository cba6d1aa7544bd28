import Foundation
import Spelling

extension PartIndex {
    /// The pictures of an LMDB database: Caffe's, whose values have labels, or OpenMMLab's, whose keys are paths
    /// `<identity>/<image>`.
    ///
    /// - Throws: ``FaceDataError``.
    static func lmdb(_ store: any ByteStore) throws(FaceDataError) -> PartIndex {
        var reader = try LMDBReader(store)
        var entries = DatabaseEntries(store)
        try reader.forEach { (entry) throws(FaceDataError) in try entries.add(entry) }
        return entries.index
    }
}

/// Separates pictures from the other entries of a database.
private struct DatabaseEntries {
    private(set) var index = PartIndex()
    private let store: any ByteStore
    private let buffer = ReadBuffer()
    private var isCaffe: Bool?

    init(_ store: any ByteStore) { self.store = store }

    mutating func add(_ entry: LMDBReader.Entry) throws(FaceDataError) {
        let name = ByteText.text(entry.key)
        guard !Self.isMeta(name) else {
            index.skipped.append(PartIndex.Skipped(name: name, kind: .file))
            return
        }
        guard entry.value.count <= ImageDecoder.maxBytes else {
            throw refusal(entry, "the value of \(quoted: name) has \(entry.value.count) bytes")
        }
        try store.read(at: entry.value.lowerBound, count: entry.value.count, into: buffer)
        let kind = ImageKind(buffer.bytes)
        guard kind == .other else {
            try require(isCaffe: false, entry)
            let isImage = LabelledImageSet.isImage(name)
            append(isImage ? name : "\(name).\(kind.ending)", entry, label: nil)
            return
        }
        guard let datum = Datum(buffer.bytes), let label = datum.label else {
            throw refusal(
                entry,
                "the value of \(quoted: name) is neither an encoded picture nor a Datum of Caffe with a label"
                    + (buffer.bytes.first == 0x80
                        ? " but a Python pickle, which may run any program; convert it with the program that wrote it"
                        : ""))
        }
        try require(isCaffe: true, entry)
        append(Self.plain(name), entry, label: "\(label)")
    }

    private mutating func append(_ name: String, _ entry: LMDBReader.Entry, label: String?) {
        index.append(name, at: entry.value.lowerBound, size: entry.value.count, label: label)
    }

    private mutating func require(
        isCaffe: Bool, _ entry: LMDBReader.Entry
    ) throws(FaceDataError) {
        guard self.isCaffe ?? isCaffe == isCaffe else {
            throw refusal(entry, "it holds pictures with labels and pictures without")
        }
        self.isCaffe = isCaffe
    }

    private func refusal(_ entry: LMDBReader.Entry, _ reason: String) -> FaceDataError {
        .badStructure(path: store.path, offset: entry.value.lowerBound, reason: reason)
    }

    /// Keys of metadata that some writers add.
    private static func isMeta(_ name: String) -> Bool {
        ["__len__", "__keys__", "__classnums__", "meta_info", "num-samples"].contains(name)
    }

    /// A key without the number that Caffe's `convert_imageset` prepends.
    private static func plain(_ key: String) -> String {
        let digits = key.utf8.prefix(8)
        guard digits.count == 8, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            key.utf8.dropFirst(8).first == UInt8(ascii: "_"), key.utf8.count > 9
        else { return key }
        return String(key.dropFirst(9))
    }
}
