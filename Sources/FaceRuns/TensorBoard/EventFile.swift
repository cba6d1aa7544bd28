public import Foundation
import SafeFiles
import SafeNumbers

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes a TensorBoard event file with scalars.
///
/// The file is a sequence of TFRecords (length, masked checksum of the length, data, masked checksum of the
/// data; TensorFlow's `record_writer.cc`), each an `Event` message (`event.proto`). A resumed run begins a
/// new file whose first events say so, and TensorBoard then discards the later steps of the older files.
///
/// Times of events come from the machine's clock and are the only part that is not reproducible.
public final class EventFile {
    private let file: FileDescriptor
    private var gathered = Data()
    private let now: () -> Date

    /// Begins a file in a folder, which is created if it is missing.
    ///
    /// - Parameters:
    ///   - step: The step the run resumes from; 0 for a new run, whose older files are removed; nil for
    ///     events in addition to those of older files, which all stay valid.
    ///   - now: The machine's clock.
    public init(
        in folder: URL, from step: Int?, now: @escaping () -> Date = { Date() }
    ) throws(FaceRunsError) {
        self.now = now
        if step == 0 { Self.files(in: folder).forEach { unlink($0.path) } }
        let url = folder.appendingPathComponent(Self.name(in: folder, now: now()))
        file = try FaceRunsError.storing { () throws(SafeFilesError) in
            try AtomicFile.createFolder(folder)
            return try FileDescriptor(url, flags: O_WRONLY | O_CREAT | O_EXCL)
        }
        append { $0.append("brain.Event:2", field: Field.fileVersion) }
        if let step, step > 0 { appendStart(step: step + 1) }
        try flush()
    }

    /// Adds scalars of a step; those that are not finite are left out.
    public func append(_ scalars: [(tag: String, value: Double)], step: Int) throws(FaceRunsError) {
        var summary = ProtocolBuffer()
        for scalar in scalars where scalar.value.isFinite {
            var value = ProtocolBuffer()
            value.append(scalar.tag, field: 1)
            value.append(Float(scalar.value), field: 2)
            summary.append(value, field: 1)
        }
        append {
            $0.append(Int64(step), field: Field.step)
            $0.append(summary, field: Field.summary)
        }
        if gathered.count >= 1 << 14 { try flush() }
    }

    /// Hands all events to the system, so that a reader sees them.
    public func flush() throws(FaceRunsError) {
        try FaceRunsError.storing { () throws(SafeFilesError) in try file.write(gathered) }
        gathered.removeAll(keepingCapacity: true)
    }

    // MARK: Events

    /// Field numbers of `Event`.
    private enum Field {
        static let wallTime: UInt64 = 1
        static let step: UInt64 = 2
        static let fileVersion: UInt64 = 3
        static let summary: UInt64 = 5
        static let sessionLog: UInt64 = 7
    }

    /// Invalidates other files' events of this step and later ones.
    private func appendStart(step: Int) {
        var session = ProtocolBuffer()
        session.append(Int64(1), field: 1)
        append {
            $0.append(Int64(step), field: Field.step)
            $0.append(session, field: Field.sessionLog)
        }
    }

    /// Adds a summary without a step.
    func append(_ summary: ProtocolBuffer) {
        append { $0.append(summary, field: Field.summary) }
    }

    /// The time that the machine's clock shows, in seconds since 1970.
    var seconds: Double { now().timeIntervalSince1970 }

    private func append(_ body: (inout ProtocolBuffer) -> Void) {
        var event = ProtocolBuffer()
        event.append(now().timeIntervalSince1970, field: Field.wallTime)
        body(&event)
        gathered += Self.record(event.bytes)
    }

    private static func record(_ data: Data) -> Data {
        let length = littleEndian(UInt64(data.count))
        return length + masked(length) + data + masked(data)
    }

    /// TensorFlow rotates a checksum and adds a constant, because checksums of data that contain checksums
    /// are problematic.
    private static func masked(_ data: Data) -> Data {
        let sum = CRC32C.checksum(of: data)
        return littleEndian(((sum >> 15) | (sum << 17)) &+ 0xA282_EAD8)
    }

    private static func littleEndian(_ value: some FixedWidthInteger) -> Data {
        withUnsafeBytes(of: value.littleEndian) { Data($0) }
    }

    // MARK: Names

    private static let prefix = "events.out.tfevents."

    /// TensorBoard reads the files of a folder in the order of their names, so a new one comes after all
    /// others, even if the clock was set back.
    private static func name(in folder: URL, now: Date) -> String {
        let newest = files(in: folder).compactMap { url in
            Int(url.lastPathComponent.dropFirst(prefix.count).prefix { $0.isNumber })
        }.filter { $0 < RecordChecks.maxCount }.max()
        let seconds = max(Int(saturating: now.timeIntervalSince1970), (newest ?? 0) + 1)
        let digits = String(seconds)
        let padding = String(repeating: "0", count: max(0, 10 - digits.count))
        return "\(prefix)\(padding)\(digits).\(ProcessInfo.processInfo.hostName)"
    }

    static func files(in folder: URL) -> [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasPrefix(prefix) }.map(folder.appendingPathComponent)
    }
}

extension RunFolder {
    /// Folder of the event files that TensorBoard reads.
    public var eventsURL: URL { url.appendingPathComponent("tensorboard") }
}
