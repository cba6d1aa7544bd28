public import Foundation
import SafeFiles
import Spelling

/// A feature file of MegaFace's development kit: an OpenCV matrix of four 32-bit numbers (rows,
/// columns, bytes of a row, type 5 for float32), then the numbers, little-endian.
///
/// insightface writes one vector a file, `512, 1, 4, 5`.
public enum MegaFaceFile {
    /// The largest file that is read, in bytes.
    static let maxBytes = 1 << 20

    /// Reads a vector.
    ///
    /// - Throws: ``FaceDataError/badStructure(path:offset:reason:)`` for another type or shape, or a
    ///   file that is truncated.
    public static func read(_ file: URL) throws(FaceDataError) -> [Float] {
        try read(try FileReader(file))
    }

    static func read(_ store: any ByteStore) throws(FaceDataError) -> [Float] {
        func wrong(_ offset: Int, _ reason: String) -> FaceDataError {
            .badStructure(path: store.path, offset: offset, reason: reason)
        }
        guard store.size >= 16 else {
            throw wrong(0, "it has \(store.size) bytes, fewer than its header of 16")
        }
        guard store.size <= maxBytes else {
            throw wrong(0, "\(store.size) bytes are too many for a feature")
        }
        let bytes = try store.bytes(at: 0, count: store.size)
        func number(_ offset: Int) -> Int {
            (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        let (rows, columns, stride, type) = (number(0), number(4), number(8), number(12))
        guard type == 5 else { throw wrong(12, "its type is \(type), not 5 for float32") }
        guard rows > 0, columns > 0, rows == 1 || columns == 1, rows < 1 << 18, columns < 1 << 18,
            stride == 4 * columns
        else {
            throw wrong(
                0, "its shape is \(rows)x\(columns) with \(stride) bytes a row, not a vector")
        }
        guard bytes.count == 16 + 4 * rows * columns else {
            throw wrong(
                bytes.count,
                "it has \(bytes.count) bytes, but \(16 + 4 * rows * columns) are needed for its "
                    + "\(rows * columns) numbers")
        }
        let values = (0..<rows * columns).map { Float(bitPattern: UInt32(number(16 + 4 * $0))) }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw wrong(16 + 4 * index, "number \(index) is not finite")
        }
        return values
    }

    /// The bytes of a vector's file.
    public static func bytes(_ values: [Float]) -> [UInt8] {
        func bytes(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(number >> (8 * $0) & 255) } }
        return [UInt32(values.count), 1, 4, 5].flatMap(bytes)
            + values.flatMap { bytes($0.bitPattern) }
    }

    /// Writes a vector, atomically.
    public static func write(_ values: [Float], to file: URL) throws(FaceDataError) {
        try FaceDataError.storing { () throws(SafeFilesError) in
            try AtomicFile.write(Data(bytes(values)), to: file)
        }
    }
}

/// MegaFace's probes and distractors in insightface's layout of features: `facescrub_lst` and
/// `megaface_lst` with a path a line, features below `facescrub/PERSON/IMAGE_SUFFIX.bin` and
/// `megaface/A/B/IMAGE_SUFFIX.bin`, and the lists of noise, `facescrub_noises.txt` and
/// `megaface_noises.txt`.
public struct MegaFaceFeatures: Sendable {
    /// Features of the probes, one after another.
    public private(set) var probes: [Float] = []
    /// Whose each probe is.
    public private(set) var people: [String] = []
    /// Features of the distractors, in the order of the list.
    public private(set) var distractors: [Float] = []
    /// Numbers of a feature.
    public private(set) var dimension = 0
    /// Probes and distractors that the lists of noise leave out.
    public private(set) var noisy = (probes: 0, distractors: 0)

    /// Reads all features. What is noise is left out; insightface replaces it instead, by the mean of
    /// its person and by a vector far from all others.
    ///
    /// - Parameters:
    ///   - folder: Where `facescrub` and `megaface` are.
    ///   - lists: Where the lists are.
    ///   - suffix: What follows the image's name, e.g. `insightface`.
    ///   - limit: How many distractors are read; nil for all.
    /// - Throws: ``FaceDataError`` with the file, and line of a list, that is wrong.
    public init(
        features folder: URL, lists: URL, suffix: String = "insightface", limit: Int? = nil
    ) throws(FaceDataError) {
        let scrubNoise = try Self.noise(lists.appendingPathComponent("facescrub_noises.txt"))
        let faceNoise = try Self.noise(lists.appendingPathComponent("megaface_noises.txt"))
        let scrubList = lists.appendingPathComponent("facescrub_lst")
        for line in try TextFile.lines(scrubList) {
            let parts = try Self.parts(line, 2, scrubList)
            if scrubNoise.contains(parts[1]) {
                noisy.probes += 1
                continue
            }
            let path = "facescrub/\(parts[0])/\(parts[1])_\(suffix).bin"
            probes += try feature(folder.appendingPathComponent(path))
            people.append(parts[0])
        }
        let faceList = lists.appendingPathComponent("megaface_lst")
        var count = 0
        for line in try TextFile.lines(faceList) {
            if let limit, count >= limit { break }
            let parts = try Self.parts(line, 3, faceList)
            if faceNoise.contains(parts.joined(separator: "/")) {
                noisy.distractors += 1
                continue
            }
            let path = "megaface/\(parts.joined(separator: "/"))_\(suffix).bin"
            distractors += try feature(folder.appendingPathComponent(path))
            count += 1
        }
        guard !people.isEmpty, count > 0 else {
            throw .unreadable(path: lists.path, reason: "its lists leave no probe or no distractor")
        }
    }

    /// The last parts of a line's path.
    private static func parts(
        _ line: TextFile.Line, _ count: Int, _ list: URL
    ) throws(FaceDataError) -> [String] {
        let parts = line.text.split(separator: "/").map(String.init)
        guard parts.count >= count, !parts.contains("..") else {
            throw .line(
                path: list.path, line: line.number,
                reason:
                    "it must be a path with \(count - 1 == 1 ? "a folder" : "two folders") and an image"
            )
        }
        return Array(parts.suffix(count))
    }

    /// Names of a list of noise; none if there is no such list.
    private static func noise(_ list: URL) throws(FaceDataError) -> Set<String> {
        guard SystemPath.exists(list.path) else { return [] }
        return Set(
            try TextFile.lines(list).filter { !$0.text.hasPrefix("#") }.map { line in
                let fields = line.text.split(separator: "\t")
                return String(fields.count > 1 ? fields[1] : Substring(line.text))
            })
    }

    private mutating func feature(_ file: URL) throws(FaceDataError) -> [Float] {
        let values = try MegaFaceFile.read(file)
        if dimension == 0 { dimension = values.count }
        guard values.count == dimension else {
            throw .badStructure(
                path: file.path, offset: 0,
                reason: "it has \(values.count) numbers, but the features before have \(dimension)")
        }
        return values
    }
}
