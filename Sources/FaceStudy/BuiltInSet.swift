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

    /// The images of a set that is not drawn.
    static func plannedImages(_ set: SyntheticSet) throws -> LabelledImageSet {
        let plan = try SyntheticPlan(set)
        let images = plan.folders.flatMap { $0 }
        return LabelledImageSet(
            source: PlannedImages(name: set.name, names: images.map(plan.path(of:))),
            identities: plan.folders.indices.map(plan.name(of:)), labels: images.map(\.label))
    }

    /// The pairs of a set that is not drawn.
    static func plannedPairs(_ set: SyntheticSet) throws -> VerificationPairs {
        let plan = try SyntheticPlan(set)
        let pairs = SyntheticPairs(plan)
        var places: [String: Int] = [:]
        var names: [String] = []
        func place(_ label: Int, _ number: Int) -> Int {
            let path = plan.path(of: plan.folders[label][number - 1])
            if let place = places[path] { return place }
            places[path] = names.count
            names.append(path)
            return names.count - 1
        }
        let all = pairs.folds.enumerated().flatMap { fold, content in
            (content.matched + content.mismatched).map { pair in
                VerificationPair(
                    first: place(pair.first, pair.firstImage),
                    second: place(pair.second, pair.secondImage), same: pair.isMatched, fold: fold)
            }
        }
        return VerificationPairs(
            source: PlannedImages(name: set.name, names: names), pairs: all,
            folds: pairs.folds.count)
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

/// Images that are named and do not exist yet.
private struct PlannedImages: ImageSource {
    let name: String
    let names: [String]

    var location: URL { URL(fileURLWithPath: name) }
    var count: Int { names.count }

    func name(of place: Int) -> String { names[place] }

    func read(_ place: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        throw .badImage(path: path(of: place), reason: "it is not drawn yet")
    }
}
