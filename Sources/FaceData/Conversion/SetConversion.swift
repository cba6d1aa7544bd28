public import Foundation
import SafeFiles

/// Writes sets of images in other formats.
///
/// Images are read and recoded on many threads and written in order. A partial file never exists
/// under its final name. An interrupted or killed conversion into a folder or a training pack
/// resumes where it stopped: files that are already in a folder are not written again, and a pack's
/// state is saved every second. Other conversions start over.
public struct SetConversion: Sendable {
    /// How the bytes are changed.
    public var recoding: ImageRecoding
    /// Whether images that do not decode are left out, for which all are decoded; otherwise
    /// unchanged bytes are copied without decoding them.
    public var leavesOutBad: Bool
    /// Number of threads.
    public var threads: Int
    /// Identifies how the source makes its images, e.g. ``FaceAligner/identity``; a conversion is
    /// resumed only with images made in the same way.
    public var origin = ""

    /// The numbers of images written, kept and left out.
    public struct Outcome: Codable, Sendable, Hashable {
        /// Images that were written.
        public var written = 0
        /// Images that were already written.
        public var kept = 0
        /// Images that were left out.
        public var bad: [ImageScan.BadImage] = []
        /// Images whose file name is not that in the set, because it was taken or invalid.
        public var renamed: [RenamedImage] = []
    }

    /// An image whose name was taken or is not a valid file name.
    public struct RenamedImage: Codable, Sendable, Hashable {
        /// Its name in the set.
        public var name: String
        /// Its file's path, relative to the folder.
        public var file: String
    }

    /// Prepares a conversion; nothing is read yet.
    public init(recoding: ImageRecoding = .none, leavesOutBad: Bool = false, threads: Int = 1) {
        self.recoding = recoding
        self.leavesOutBad = leavesOutBad
        self.threads = threads
    }

    /// Receives the number of images done; an error thrown by it stops the conversion.
    public typealias Progress = (Int) throws -> Void

    // MARK: Folders

    /// Writes a training set as a folder `<identity>/<image>`, each image under a unique name.
    ///
    /// - Throws: ``FaceDataError``.
    public func write(
        _ set: LabelledImageSet, toFolder folder: URL, progress: Progress = { _ in }
    ) throws -> Outcome {
        let names = WrittenNames(of: set, ending: recoding.ending)
        return try write(set.source, to: folder, names, progress).outcome
    }

    /// Writes a test set as a folder of images, with a subfolder for each person, and a plain list of
    /// pairs with folds, `pairs.txt`.
    ///
    /// - Throws: ``FaceDataError``.
    public func write(
        _ pairs: VerificationPairs, toFolder folder: URL, progress: Progress = { _ in }
    ) throws -> Outcome {
        let people = pairs.owners.map { $0 ?? "" }
        let folders = Set(people).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let number = Dictionary(uniqueKeysWithValues: zip(folders, folders.indices))
        let names = WrittenNames(
            pairs.images, in: people.map { number[$0, default: 0] }, of: folders,
            ending: recoding.ending, reserved: ["pairs.txt"])
        let (outcome, paths) = try write(
            pairs.source, to: folder, names, further: ["pairs.txt"], progress)
        // Pairs with an image that was left out are left out as well.
        let whole = pairs.pairs.filter { paths[$0.first] != "" && paths[$0.second] != "" }
        let list = folder.appendingPathComponent("pairs.txt")
        let lines = try VerificationPairs(
            source: ImageFiles(paths, in: folder), pairs: whole, folds: pairs.folds
        ).listText(for: list)
        try FaceDataError.storing { () throws(SafeFilesError) in
            try FileWriter.write(Array(lines.utf8), to: list)
        }
        return outcome
    }

    private func write(
        _ source: any ImageSource, to folder: URL, _ names: WrittenNames, further: [String] = [],
        _ progress: Progress
    ) throws -> (outcome: Outcome, paths: [String]) {
        var writer = try FolderWriter(
            folder, names, plan: plan(source, names), further: further)
        var bad: [ImageScan.BadImage] = []
        try forEachImage(source, progress) { position, image in
            switch image.bytes {
            case .success(let bytes): try writer.write(bytes)
            case .failure(let error):
                guard leavesOutBad else { throw error }
                writer.skip()
                bad.append(
                    ImageScan.BadImage(
                        index: position, path: source.name(of: position), reason: error.description)
                )
            }
        }
        writer.finish()
        let paths = writer.paths
        let renamed = writer.names.renamedImages(of: source) { paths[$0] != "" }
        return (
            Outcome(written: writer.written, kept: writer.kept, bad: bad, renamed: renamed), paths
        )
    }

    /// A digest that identifies the conversion: names in the set and in the folder, and the settings.
    private func plan(_ source: any ImageSource, _ names: WrittenNames) -> String {
        var hash = SHA256()
        hash.update(Array("1 \(recoding.side ?? 0) \(recoding.quality ?? 0)\n".utf8))
        if !origin.isEmpty { hash.update(Array("\(origin)\n".utf8)) }
        for (position, path) in names.paths.enumerated() {
            hash.update(Array("\(source.name(of: position))\n\(path)\n".utf8))
        }
        return hash.hexDigest() + "\n"
    }

    // MARK: Packs

    /// Writes a training set as an insightface pack, or resumes writing it.
    ///
    /// If bad images are left out, the scan for them is the first half of the progress.
    ///
    /// - Throws: ``FaceDataError``. What was flushed to disk is kept in a hidden file beside the
    ///   pack.
    public func write(
        _ set: LabelledImageSet, toPack url: URL, progress: Progress = { _ in }
    ) throws -> Outcome {
        let work = try PackConversion(self, set, to: url) { try progress($0 / 2) }
        return try work.run { done in
            try progress(leavesOutBad ? (set.count + done) / 2 : done)
        }
    }

    /// Writes a test set as a verification pack, with its pairs in their order in the set.
    ///
    /// - Throws: ``FaceDataError``; images cannot be left out of such a pack.
    public func write(
        _ pairs: VerificationPairs, toPack url: URL, progress: Progress = { _ in }
    ) throws -> Outcome {
        let indices = pairs.pairs.flatMap { [$0.first, $0.second] }
        let source = SelectedImages(indices, of: pairs.source)
        let writer = try VerificationPackWriter(url, pairs: pairs.pairs.count)
        var outcome = Outcome()
        try forEachImage(source, progress) { _, image in
            try image.bytes.get().withUnsafeBytes { try writer.append($0) }
            outcome.written += 1
        }
        try writer.finish(same: pairs.pairs.map(\.same))
        return outcome
    }

    // MARK: Images

    /// Reads and recodes all images on many threads and passes them to a closure in order.
    func forEachImage(
        _ source: any ImageSource, _ progress: Progress,
        _ body: (Int, RecodedImage) throws -> Void
    ) throws {
        let reader = RecodingReader(source: source, recoding: recoding, checks: leavesOutBad)
        try ParallelParts.forEach(
            source.count, size: 64, threads: threads, make: reader.images,
            take: { part, done in
                for (index, image) in part.enumerated() {
                    try body(done - part.count + index, image)
                }
                try progress(done)
            })
    }
}

/// An image to be written.
struct RecodedImage: Sendable {
    /// The stamp of its file just before it was read.
    var stamp: FileStamp
    /// Its recoded bytes, or why there are none.
    var bytes: Result<[UInt8], FaceDataError>
}

/// Reads and recodes images on any thread.
private struct RecodingReader: Sendable {
    let source: any ImageSource
    let recoding: ImageRecoding
    /// Whether images are decoded even when their bytes are only copied.
    let checks: Bool

    @Sendable func images(_ indices: Range<Int>) -> [RecodedImage] {
        let buffer = ReadBuffer()
        return indices.map { position in
            RecodedImage(
                stamp: source.stamp(of: position),
                bytes: Result { () throws(FaceDataError) in try image(position, buffer) })
        }
    }

    private func image(_ position: Int, _ buffer: ReadBuffer) throws(FaceDataError) -> [UInt8] {
        try source.read(position, into: buffer)
        let path = source.path(of: position)
        if checks, recoding.side == nil {
            _ = try ImageDecoder().decode(buffer.bytes, path: path)
        }
        return try recoding.apply(buffer.bytes, path: path)
    }
}
