import FaceData
public import FaceSynthesis
public import Foundation

/// The built-in faces as a study names them: `synthetic:clean`, `synthetic:wild` and
/// `synthetic:pairs`.
public enum BuiltInSet {
    private static let prefix = "synthetic:"

    /// The sets by the names that follow `synthetic:`.
    public static var all: [(name: String, set: SyntheticSet)] {
        SyntheticSet.presets.map {
            ($0.name.replacingOccurrences(of: "synthetic-", with: ""), $0)
        }
    }

    /// The set a source stands for; nil when the source is a folder.
    ///
    /// - Throws: ``FaceStudyError/unknownValue(key:value:allowed:)`` for a name that is none.
    public static func named(_ source: String) throws(FaceStudyError) -> SyntheticSet? {
        guard source.hasPrefix(prefix) else { return nil }
        let name = String(source.dropFirst(prefix.count))
        guard let found = all.first(where: { $0.name == name }) else {
            throw .unknownValue(
                key: "synthetic", value: name, allowed: all.map(\.name))
        }
        return found.set
    }

    /// Draws a set into a folder, unless the very same is there.
    ///
    /// - Parameter progress: Told how many images are drawn; what it throws ends the drawing, and
    ///   nothing is left behind.
    public static func write(
        _ set: SyntheticSet, to folder: URL, threads: Int,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) throws -> Void
    ) throws {
        let writer = try SyntheticFaceWriter(set) { pixels, width, height, quality in
            try ImageEncoder.jpeg(
                RGBImage(width: width, height: height, pixels: pixels), quality: quality)
        }
        try writer.write(to: folder, threads: threads, progress: progress)
    }

    /// Removes what processes that were killed left of a set; no other may be drawing it.
    static func removeLeftovers(of folder: URL) {
        let parent = folder.deletingLastPathComponent()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
        for name in names
        where name.hasPrefix(".\(folder.lastPathComponent).") && name.hasSuffix(".partial") {
            try? FileManager.default.removeItem(at: parent.appendingPathComponent(name))
        }
    }
}
