import Foundation
import SafeFiles

/// Writes a training set as a pack, resuming where an earlier process stopped.
///
/// An earlier process is believed only if it wrote the same names and labels in the same way, from
/// files that have not changed since; the pack is begun again otherwise. Either way its bytes are
/// those of a conversion that was never stopped.
struct PackConversion {
    /// How often the state is saved, in seconds.
    private static let interval = 1.0

    private let conversion: SetConversion
    private let url: URL
    private let plan: String
    private var set: LabelledImageSet
    private var scan: PackJournal.Scan?
    private var journal: PackJournal?

    /// Describes the work; bad images are looked for here if they are left out.
    ///
    /// - Parameter progress: Receives how many images were looked at.
    init(
        _ conversion: SetConversion, _ set: LabelledImageSet, to url: URL,
        progress: SetConversion.Progress
    ) throws {
        self.conversion = conversion
        self.url = url
        // Named before any image is left out, so that names do not depend on which are bad.
        self.set = set.namedForPack()
        plan = PackJournal.plan(set, conversion)
        journal = PackJournal.read(of: url, plan: plan)
        guard conversion.leavesOutBad else { return }
        // The pack begins with its size, so that bad images must be known before.
        let stamps = PackJournal.digest(set.count, of: set.source)
        if let earlier = journal?.scan, earlier.stamps == stamps {
            scan = earlier
        } else {
            journal = nil
            scan = PackJournal.Scan(
                stamps: stamps,
                bad: try ImageScan(
                    set.source, threads: conversion.threads, progress: progress
                ).bad)
        }
        self.set = self.set.removing(Set(scan?.bad.map(\.index) ?? []))
    }

    func run(_ progress: SetConversion.Progress) throws -> SetConversion.Outcome {
        let order = Self.ascending(set.labels)
        let source = SelectedImages(order, of: set.source)
        let labels = order.map { set.labels[$0] }
        guard !labels.isEmpty else {
            throw FaceDataError.cannotWrite(path: url.path, reason: "the set has no images")
        }
        let (writer, kept) = try writer(labels, source)
        let state = State(writer, isSaved: kept > 0)
        for index in 0..<kept { state.hash.update(source.stamp(of: index).bytes) }
        // So that the look at all images is not repeated.
        if scan != nil { try save(state) }
        do {
            try write(source, labels, from: kept, state, progress)
            try writer.finish()
        } catch {
            // A failure to save it, too, adds no information.
            try? save(state)
            throw error
        }
        try? FileManager.default.removeItem(at: PackJournal.url(of: url))
        // Of the small files, which every process begins again.
        PartialFile.removeStale(in: url.deletingLastPathComponent())
        return SetConversion.Outcome(
            written: labels.count - kept, kept: kept, bad: scan?.bad ?? [])
    }

    /// Indices in the order of their labels, and of themselves where labels are the same.
    private static func ascending(_ labels: [Int]) -> [Int] {
        labels.indices.sorted { (labels[$0], $0) < (labels[$1], $1) }
    }

    /// Continues with a pack, or begins it; with the number of images in it.
    private func writer(
        _ labels: [Int], _ source: any ImageSource
    ) throws -> (RecordPackWriter, kept: Int) {
        let side = try conversion.recoding.side ?? source.image(0).width
        if let journal, journal.position.images <= labels.count,
            journal.stamps == PackJournal.digest(journal.position.images, of: source),
            let writer = try? RecordPackWriter(
                url, labels: labels, side: side, after: journal.position)
        {
            return (writer, journal.position.images)
        }
        let writer = try RecordPackWriter(url, labels: labels, side: side)
        try? FileManager.default.removeItem(at: PackJournal.url(of: url))
        return (writer, 0)
    }

    /// The data that is being written to the disk.
    private final class State {
        let writer: RecordPackWriter
        /// Over the stamps of the images that are done.
        var hash = SHA256()
        /// Whether there is a journal.
        var isSaved: Bool
        var saved = Date()

        init(_ writer: RecordPackWriter, isSaved: Bool) {
            self.writer = writer
            self.isSaved = isSaved
        }
    }

    private func write(
        _ source: any ImageSource, _ labels: [Int], from kept: Int, _ state: State,
        _ progress: SetConversion.Progress
    ) throws {
        let rest = SelectedImages(Array(kept..<labels.count), of: source)
        try conversion.forEachImage(
            rest,
            {
                if Date().timeIntervalSince(state.saved) > Self.interval { try save(state) }
                try progress(kept + $0)
            },
            { index, image in
                try image.bytes.get().withUnsafeBytes {
                    try state.writer.append($0, name: rest.name(of: index))
                }
                state.hash.update(image.stamp.bytes)
            })
    }

    private func save(_ state: State) throws {
        guard let index = try state.writer.save() else { return }
        do {
            try PackJournal(
                plan: plan, scan: scan, position: index, stamps: state.hash.hexDigest()
            ).write(of: url)
        } catch {
            // Files that no journal describes are of no use.
            if !state.isSaved { state.writer.forget() }
            throw error
        }
        state.isSaved = true
        state.saved = Date()
    }
}
