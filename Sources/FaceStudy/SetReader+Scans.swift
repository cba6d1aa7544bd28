import FaceData
import FaceRuns
import FaceSynthesis
import Foundation
import Spelling
import Torch

extension SetReader {
    /// The path of a source; a built-in one is rendered first. Nil if it may not be rendered.
    func location(_ source: String) throws -> String? {
        guard let set = try BuiltInSet.named(source) else { return source }
        let target = folder.url.appendingPathComponent("data").appendingPathComponent(set.name)
        guard draws else {
            return FileManager.default.fileExists(atPath: target.path) ? target.path : nil
        }
        // Threads report progress one at a time while this thread waits for them.
        nonisolated(unsafe) let control = control
        try BuiltInSet.write(
            set, to: target, threads: AvailableThreads.count
        ) { done, total in
            control.listener(.preparing("drawing \(quoted: set.name)", done, total))
            if control.shouldStop() { throw FaceStudyError.interrupted }
        }
        return target.path
    }

    private var kept: KeptScans { KeptScans(folder: folder.scansURL) }

    /// Scans a test set's images. A scan that is not from the cache has their fingerprints.
    mutating func scan(
        _ images: any ImageSource, name: String, _ stamps: FileStamps
    ) throws -> ImageScan {
        let (scan, isKept) = try scan(images, "test", name, stamps, seeking: []) { _ in .collected }
        if !isKept { pictures[name] = scan.pictures }
        return scan
    }

    /// Scans a training set's images, and finds those that show pictures of the test sets.
    mutating func scan(
        _ images: any ImageSource, name: String, _ stamps: FileStamps,
        seeking tests: [ScannedTest]
    ) throws -> ImageScan {
        try scan(images, "training", name, stamps, seeking: tests) {
            .sought(try $0.index(of: tests))
        }.scan
    }

    /// The cached scan, or a new one, which is then cached.
    ///
    /// - Parameter use: How pictures are used; evaluated only if a scan is made.
    private mutating func scan(
        _ images: any ImageSource, _ role: String, _ name: String, _ stamps: FileStamps,
        seeking tests: [ScannedTest], _ use: (inout SetReader) throws -> ImageScan.Pictures
    ) throws -> (scan: ImageScan, isKept: Bool) {
        let key = stamps.version.map {
            KeptScans.key($0, seeking: tests.map { $0.scan?.contentHash ?? "" })
        }
        let sought = Self.offsets(of: tests).last ?? 0
        let title = "\(role) \(name)"
        let known =
            found.scan(title, stamps, images: images.count, sought: sought)
            ?? key.flatMap { kept.scan(title, key: $0, images: images.count, sought: sought) }
        if let known {
            found.add(known, title, stamps)
            return (known, true)
        }
        let scan = try readImages(images, name: name, try use(&self))
        found.add(scan, title, stamps)
        if draws, let key { kept.keep(scan, title, key: key) }
        return (scan, false)
    }

    func readImages(
        _ images: any ImageSource, name: String, _ pictures: ImageScan.Pictures
    ) throws -> ImageScan {
        try ImageScan(
            images, threads: AvailableThreads.count, pictures: pictures
        ) { done in
            control.listener(.preparing("reading \(quoted: name)", done, images.count))
            if control.shouldStop() { throw FaceStudyError.interrupted }
        }
    }

    // MARK: Alignment

    /// The warning about a set whose faces are not aligned, cached for the same files; nil if they are
    /// aligned, as in built-in sets.
    func alignmentDoubt(
        _ images: any ImageSource, _ title: String, _ path: String, _ stamps: FileStamps
    ) throws -> [String] {
        guard try BuiltInSet.named(path) == nil, let doubt = control.alignment() else { return [] }
        let key = stamps.version.map {
            KeptScans.key($0, detector: doubt.identity, path: path)
        }
        let name = "alignment of \(title)"
        if let key, let known = kept.alignment(name, key: key) {
            return known.doubt.map { [$0] } ?? []
        }
        let sentence = try doubt.sentence(images, path)
        if draws, let key { kept.keep(KeptScans.Alignment(doubt: sentence), name, key: key) }
        return sentence.map { [$0] } ?? []
    }
}
