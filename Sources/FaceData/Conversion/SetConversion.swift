public import Foundation
import SafeFiles

/// Writes sets of images in other formats.
///
/// Images are read and recoded by many threads and written in order. A partial file never exists
/// under its final name. A conversion into a folder or a training pack that was interrupted, or
/// killed, resumes where it stopped: what a folder holds already is not written again, and a
/// pack's state is saved every second. A verification pack is started over.
public struct SetConversion: Sendable {
    /// The treatment of the bytes.
    public var recoding: ImageRecoding
    /// Whether images that do not decode are left out (all are decoded then); otherwise bytes are
    /// copied unseen.
    public var leavesOutBad: Bool
    /// Number of threads.
    public var threads: Int
    /// Distinguishes how the source makes its images from others in another way, e.g.
    /// ``FaceAligner/identity``; a conversion continues with what was made in the same way.
    public var origin = ""

    /// The numbers of images written, kept and left out.
    public struct Outcome: Codable, Sendable, Hashable {
        /// Images that were written.
        public var written = 0
        /// Images that already existed.
        public var kept = 0
        /// Images that were left out.
        public var bad: [ImageScan.BadImage] = []
        /// Images that have another file name than in the set, since another image has theirs.
        public var renamed: [RenamedImage] = []
    }

    /// An image whose name another one has, or that cannot be a file's.
    public struct RenamedImage: Codable, Sendable, Hashable {
        /// Its name in the set.
        public var name: String
        /// Its file, relative to the folder.
        public var file: String
    }

    /// Prepares a conversion; nothing is read yet.
    public init(recoding: ImageRecoding = .none, leavesOutBad: Bool = false, threads: Int = 1) {
        self.recoding = recoding
        self.leavesOutBad = leavesOutBad
        self.threads = threads
    }

    /// Called with the number of images that are done; what it throws ends the conversion.
    public typealias Progress = (Int) throws -> Void

    // MARK: Folders

    /// Writes a training set as a folder `<identity>/<image>`, each image under a name of its own.
    ///
    /// - Throws: ``FaceDataError``.
    public func write(
        _ set: LabelledImageSet, toFolder folder: URL, progress: Progress = { _ in }
    ) throws -> Outcome {
        let names = WrittenNames(of: set, ending: recoding.ending)
        return try write(set.source, to: folder, names, progress).outcome
    }

    /// Writes a test set as a folder of images, of which each person's are in a folder, and a plain list
    /// of pairs with folds, `pairs.txt`.
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
        // Pairs whose images were left out go as well.
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

    /// Distinguishes the work from any other: names in the set and in the folder, and what becomes of bytes.
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
    /// The first half of the progress is the look for bad images, if they are left out.
    ///
    /// - Throws: ``FaceDataError``. What was written is kept, hidden beside the pack, if it reached
    ///   the disk.
    public func write(
        _ set: LabelledImageSet, toPack url: URL, progress: Progress = { _ in }
    ) throws -> Outcome {
        let work = try PackConversion(self, set, to: url) { try progress($0 / 2) }
        return try work.run { done in
            try progress(leavesOutBad ? (set.count + done) / 2 : done)
        }
    }

    /// Writes a test set as a verification pack, its pairs fold after fold.
    ///
    /// - Throws: ``FaceDataError``; a pack cannot leave images out.
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

    /// Reads and recodes all images on many threads and hands them to a body in order.
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
    /// The version of its file just before it was read.
    var stamp: FileStamp
    /// Its bytes, or why there are none.
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
