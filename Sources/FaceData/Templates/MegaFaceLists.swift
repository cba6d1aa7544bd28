public import Foundation

/// MegaFace's lists, named as by insightface: `facescrub_lst` and `megaface_lst` with one path per line, and
/// the optional lists of noise, `facescrub_noises.txt` and `megaface_noises.txt`.
public struct MegaFaceLists: Sendable {
    /// A probe.
    public struct Probe: Sendable, Hashable {
        /// Its person.
        public let person: String
        /// The path of its image or feature: `facescrub/PERSON/IMAGE`.
        public let path: String
    }

    /// The probes that are not noise, in the order of the list.
    public private(set) var probes: [Probe] = []
    /// The paths of the distractors that are not noise, in the order of the list:
    /// `megaface/A/B/IMAGE`.
    public private(set) var distractors: [String] = []
    /// Numbers of probes and distractors that are left out as noise.
    public private(set) var noisy = (probes: 0, distractors: 0)
    /// Entries that occur more than once.
    let duplicates: [String]
    /// Entries of the lists of noise that are not in the lists of images.
    let unknownNoise: [String]

    /// Whether two paths are a folder of features and one with MegaFace's lists.
    public static func isPair(features: URL, lists: String) -> Bool {
        !lists.isEmpty && SystemPath.kind(features.path) == .folder
            && isSet(URL(fileURLWithPath: lists))
    }

    /// Whether a folder contains the lists.
    static func isSet(_ folder: URL) -> Bool {
        ["facescrub_lst", "megaface_lst"].allSatisfy {
            SystemPath.kind(folder.appendingPathComponent($0).path) == .file
        }
    }

    /// Reads the lists, leaving out noise. insightface instead replaces noisy probes by the mean of their
    /// person, and noisy distractors by a vector far from all others.
    ///
    /// - Parameters:
    ///   - folder: The folder of the lists.
    ///   - limit: The most distractors that are read; nil for all.
    /// - Throws: ``FaceDataError`` with the file and line of an invalid entry.
    public init(_ folder: URL, limit: Int? = nil) throws(FaceDataError) {
        let scrubNoise = try Self.noise(folder.appendingPathComponent("facescrub_noises.txt"))
        let faceNoise = try Self.noise(folder.appendingPathComponent("megaface_noises.txt"))
        var seen: Set<String> = []
        var duplicates: [String] = []
        var known: Set<String> = []
        func note(_ path: String) { if !seen.insert(path).inserted { duplicates.append(path) } }
        let scrubList = folder.appendingPathComponent("facescrub_lst")
        for line in try TextFile.lines(scrubList) {
            let parts = try Self.parts(line, 2, scrubList)
            note("facescrub/\(parts[0])/\(parts[1])")
            if scrubNoise.contains(parts[1]) {
                noisy.probes += 1
                known.insert(parts[1])
                continue
            }
            probes.append(Probe(person: parts[0], path: "facescrub/\(parts[0])/\(parts[1])"))
        }
        let faceList = folder.appendingPathComponent("megaface_lst")
        for line in try TextFile.lines(faceList) {
            if let limit, distractors.count >= limit { break }
            let path = try Self.parts(line, 3, faceList).joined(separator: "/")
            note("megaface/\(path)")
            if faceNoise.contains(path) {
                noisy.distractors += 1
                known.insert(path)
                continue
            }
            distractors.append("megaface/\(path)")
        }
        self.duplicates = duplicates
        unknownNoise =
            limit == nil ? scrubNoise.union(faceNoise).subtracting(known).sorted() : []
        guard !probes.isEmpty, !distractors.isEmpty else {
            throw .unreadable(
                path: folder.path, reason: "its lists leave no probe or no distractor")
        }
    }

    /// The last components of a line's path.
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

    /// The names in a list of noise; empty if there is no such list.
    private static func noise(_ list: URL) throws(FaceDataError) -> Set<String> {
        guard SystemPath.exists(list.path) else { return [] }
        return Set(
            try TextFile.lines(list).filter { !$0.text.hasPrefix("#") }.map { line in
                let fields = line.text.split(separator: "\t")
                return String(fields.count > 1 ? fields[1] : Substring(line.text))
            })
    }
}
