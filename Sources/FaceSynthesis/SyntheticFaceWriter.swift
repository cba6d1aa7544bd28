public import Foundation
import SafeFiles

/// Writes a ``SyntheticSet`` as an ordinary image folder.
///
/// ```
/// <folder>/Person_0000042/Person_0000042_0001.jpg …
/// <folder>/pairs.txt          test sets of pairs only; LFW's format
/// <folder>/identification.tsv test sets of templates only; one line per image
/// <folder>/mislabelled.txt sets with label noise only: path, tab, name of the person shown
/// <folder>/synthesis.json the description, so that the same request is recognised
/// ```
///
/// Everything is first written to a hidden sibling folder, which is renamed when it is complete:
/// the folder is either missing or complete.
public struct SyntheticFaceWriter: Sendable {
    /// Encodes a picture as JPEG: RGB bytes row by row, width, height, quality 1 to 100.
    public typealias Encoder =
        @Sendable (_ pixels: [UInt8], _ width: Int, _ height: Int, _ quality: Int) throws -> [UInt8]

    /// Whether ``write(to:threads:progress:)`` wrote the set or found it.
    public enum Outcome: Sendable, Hashable {
        /// The same set already existed; nothing was done.
        case alreadyThere
        /// The set was written.
        case written
    }

    /// The set to write.
    public let plan: SyntheticPlan
    private let encode: Encoder

    /// Plans the writing of a set.
    ///
    /// - Throws: ``FaceSynthesisError`` for an invalid set.
    public init(_ set: SyntheticSet, encode: @escaping Encoder) throws(FaceSynthesisError) {
        plan = try SyntheticPlan(set)
        self.encode = encode
    }

    /// Writes the set unless an identical one exists.
    ///
    /// - Parameters:
    ///   - folder: The set's folder; its parents are made as needed.
    ///   - threads: Number of threads, at least 1.
    ///   - progress: Called on any of the threads, but not concurrently, with the number of images
    ///     written and their total; an error thrown by it stops the writing.
    /// - Returns: Whether anything was written.
    /// - Throws: ``FaceSynthesisError`` if the folder contains something else or cannot be written,
    ///   and errors of the encoder or `progress`. Nothing is left behind then.
    @discardableResult
    public func write(
        to folder: URL, threads: Int = 1,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> Outcome {
        if try isThere(folder) { return .alreadyThere }
        do {
            try AtomicFolder.write(folder) { draft in
                try writeImages(to: draft, threads: threads, progress: progress)
                try writeLists(to: draft)
            }
        } catch {
            // Another process may have finished the same set in the meantime.
            if (try? isThere(folder)) == true { return .alreadyThere }
            throw (error as? SafeFilesError).map(FaceSynthesisError.init) ?? error
        }
        return .written
    }

    private func isThere(_ folder: URL) throws(FaceSynthesisError) -> Bool {
        let manager = FileManager.default
        guard manager.fileExists(atPath: folder.path) else { return false }
        let manifest = folder.appendingPathComponent(SyntheticManifest.fileName)
        guard manager.fileExists(atPath: manifest.path) else {
            throw .foreignFolder(path: folder.path)
        }
        let (found, wanted) = (try SyntheticManifest(folder: folder), SyntheticManifest(plan))
        guard found == wanted else {
            throw .differentSet(
                path: folder.path, found: found.summary, wanted: wanted.summary)
        }
        return true
    }

    private func make(_ folder: URL) throws {
        try Self.doing(folder) {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
    }

    private func writeImages(
        to folder: URL, threads: Int, progress: @escaping @Sendable (Int, Int) throws -> Void
    ) throws {
        let work = FolderQueue(
            folders: plan.folders.count, images: plan.imageCount, progress: progress)
        DispatchQueue.concurrentPerform(iterations: min(max(threads, 1), 256)) { _ in
            let renderer = FaceRenderer()
            while let label = work.next() {
                do {
                    try write(label, to: folder, with: renderer, work)
                } catch {
                    work.fail(error)
                }
            }
        }
        if let error = work.error { throw error }
    }

    private func write(
        _ label: Int, to folder: URL, with renderer: FaceRenderer, _ work: FolderQueue
    ) throws {
        try make(folder.appendingPathComponent(plan.name(of: label)))
        // A renderer keeps the last person's skin, so the images of the folder's own person go
        // first.
        for image in plan.folders[label].sorted(by: { !$0.isMislabelled && $1.isMislabelled }) {
            let view = plan.view(of: image)
            let size = plan.set.size
            let pixels = renderer.render(identity: plan.identity(of: image), view: view, size: size)
            let bytes = try encode(pixels, size, size, view.camera.jpegQuality)
            let file = folder.appendingPathComponent(plan.path(of: image))
            try Self.doing(file) { try Data(bytes).write(to: file) }
            try work.finishedImage()
        }
    }

    private func writeLists(to folder: URL) throws {
        if plan.set.pairs != nil {
            try write(SyntheticPairs(plan).text(plan), to: folder, as: "pairs.txt")
        }
        if plan.set.templates != nil {
            try write(
                SyntheticTemplates(plan).text(plan), to: folder, as: "identification.tsv")
        }
        if plan.set.labelNoise > 0 {
            let lines = plan.mislabelled.map { image in
                "\(plan.path(of: image))\t\(plan.name(of: image.shown))\n"
            }
            try write(lines.joined(), to: folder, as: "mislabelled.txt")
        }
        let file = folder.appendingPathComponent(SyntheticManifest.fileName)
        try Self.doing(file) { try SyntheticManifest(plan).json().write(to: file) }
    }

    private func write(_ text: String, to folder: URL, as name: String) throws {
        let file = folder.appendingPathComponent(name)
        try Self.doing(file) { try Data(text.utf8).write(to: file) }
    }

    private static func doing(_ target: URL, _ action: () throws -> Void) throws {
        do {
            try action()
        } catch {
            throw FaceSynthesisError.cannotWrite(
                path: target.path, reason: Self.systemReason(error))
        }
    }
}

extension SyntheticFaceWriter {
    /// The system's message for an error that Foundation has wrapped.
    private static func systemReason(_ error: any Error) -> String {
        let error = error as NSError
        let cause =
            (error.userInfo[NSUnderlyingErrorKey] as? any Error).map { $0 as NSError } ?? error
        return cause.domain == NSPOSIXErrorDomain
            ? String(cString: strerror(Int32(cause.code))) : error.localizedDescription
    }
}

/// Distributes folders to threads and collects their progress and first error.
private final class FolderQueue: @unchecked Sendable {
    private let lock = NSLock()
    private let folders: Int
    private let images: Int
    private let progress: @Sendable (Int, Int) throws -> Void
    private var handedOut = 0
    private var done = 0
    private var failure: (any Error)?

    init(folders: Int, images: Int, progress: @escaping @Sendable (Int, Int) throws -> Void) {
        self.folders = folders
        self.images = images
        self.progress = progress
    }

    var error: (any Error)? { lock.withLock { failure } }

    /// The next folder; nil if all are distributed or one has failed.
    func next() -> Int? {
        lock.withLock {
            guard failure == nil, handedOut < folders else { return nil }
            defer { handedOut += 1 }
            return handedOut
        }
    }

    func finishedImage() throws {
        try lock.withLock {
            done += 1
            try progress(done, images)
        }
    }

    func fail(_ error: any Error) {
        lock.withLock { failure = failure ?? error }
    }
}
