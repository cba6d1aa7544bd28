import Foundation
import SafeFiles

/// Writes a training set as a pack, resuming where an earlier process stopped.
///
/// A conversion is resumed only if the earlier process wrote the same names and labels with the
/// same settings, from files that have not changed since; otherwise it starts over. Either way, the
/// result is byte for byte that of an uninterrupted conversion.
struct PackConversion {
    /// Seconds between saves of the state.
    private static let interval = 1.0

    private let conversion: SetConversion
    private let url: URL
    private let plan: String
    /// The images before any is left out, under their own names.
    private let original: any ImageSource
    private let names: PackNames
    private var set: LabelledImageSet
    private var scan: PackJournal.Scan?
    private var journal: PackJournal?

    /// Prepares the conversion; scans for bad images if they are left out.
    ///
    /// - Parameter progress: Receives the number of images scanned.
    init(
        _ conversion: SetConversion, _ set: LabelledImageSet, to url: URL,
        progress: SetConversion.Progress
    ) throws {
        self.conversion = conversion
        self.url = url
        // Names are assigned before bad images are left out, so that they do not depend on which
        // are bad.
        original = set.source
        names = PackNames(of: set)
        self.set = set
        self.set.source = NamedImages(names.names, of: set.source)
        plan = PackJournal.plan(set, conversion)
        journal = PackJournal.read(of: url, plan: plan)
        guard conversion.leavesOutBad else { return }
        // A pack begins with its size, so bad images must be known before it is written.
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
        // Saved early, so that the scan is not repeated.
        if scan != nil { try save(state) }
        do {
            try write(source, labels, from: kept, state, progress)
            try writer.finish()
        } catch {
            // If saving fails as well, the first error is the one to report.
            try? save(state)
            throw error
        }
        try? FileManager.default.removeItem(at: PackJournal.url(of: url))
        // Partial copies of the small files, which every process starts over.
        PartialFile.removeStale(in: url.deletingLastPathComponent())
        var outcome = SetConversion.Outcome(
            written: labels.count - kept, kept: kept, bad: scan?.bad ?? [])
        outcome.listRenamed(by: names.written, of: original)
        return outcome
    }

    /// Indices in ascending order of their labels, then of themselves.
    private static func ascending(_ labels: [Int]) -> [Int] {
        labels.indices.sorted { (labels[$0], $0) < (labels[$1], $1) }
    }

    /// Resumes or begins a pack; also returns the number of images already in it.
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

    /// The state of writing.
    private final class State {
        let writer: RecordPackWriter
        /// Hash of the stamps of the images written so far.
        var hash = SHA256()
        /// Whether a journal exists.
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
            // Without a journal, the files written so far are useless.
            if !state.isSaved { state.writer.forget() }
            throw error
        }
        state.isSaved = true
        state.saved = Date()
    }
}
