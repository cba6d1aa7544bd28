import FaceData
public import FaceSynthesis
public import Foundation

/// The names of built-in faces in studies: `synthetic:clean`, `synthetic:wild`, `synthetic:pairs` and
/// `synthetic:templates`.
public enum BuiltInSet {
    private static let prefix = "synthetic:"

    /// The sets by the names that follow `synthetic:`.
    public static var all: [(name: String, set: SyntheticSet)] {
        SyntheticSet.presets.map {
            ($0.name.replacingOccurrences(of: "synthetic-", with: ""), $0)
        }
    }

    /// The set of a source; nil if the source is a folder.
    ///
    /// - Throws: ``FaceStudyError/unknownValue(key:value:allowed:)`` for an unknown name.
    public static func named(_ source: String) throws(FaceStudyError) -> SyntheticSet? {
        guard source.hasPrefix(prefix) else { return nil }
        let name = String(source.dropFirst(prefix.count))
        guard let found = all.first(where: { $0.name == name }) else {
            throw .unknownValue(
                key: "synthetic", value: name, allowed: all.map(\.name))
        }
        return found.set
    }

    /// The images of a set that is not rendered yet.
    static func plannedImages(_ set: SyntheticSet) throws -> LabelledImageSet {
        let plan = try SyntheticPlan(set)
        let images = plan.folders.flatMap { $0 }
        return LabelledImageSet(
            source: PlannedImages(name: set.name, names: images.map(plan.path(of:))),
            identities: plan.folders.indices.map(plan.name(of:)), labels: images.map(\.label))
    }

    /// The pairs of a set that is not rendered yet.
    static func plannedPairs(_ set: SyntheticSet) throws -> VerificationPairs {
        let plan = try SyntheticPlan(set)
        let pairs = SyntheticPairs(plan)
        var indices: [String: Int] = [:]
        var names: [String] = []
        func index(_ label: Int, _ number: Int) -> Int {
            let path = plan.path(of: plan.folders[label][number - 1])
            if let index = indices[path] { return index }
            indices[path] = names.count
            names.append(path)
            return names.count - 1
        }
        let all = pairs.folds.enumerated().flatMap { fold, content in
            (content.matched + content.mismatched).map { pair in
                VerificationPair(
                    first: index(pair.first, pair.firstImage),
                    second: index(pair.second, pair.secondImage), same: pair.isMatched, fold: fold)
            }
        }
        return VerificationPairs(
            source: PlannedImages(name: set.name, names: names), pairs: all,
            folds: pairs.folds.count)
    }

    /// The templates of a set that is not rendered yet.
    static func plannedTemplates(_ set: SyntheticSet) throws -> TemplateSet {
        let plan = try SyntheticPlan(set)
        var names: [String] = []
        var galleries = [[Int]](repeating: [], count: set.templates?.galleries ?? 0)
        var probes: [Int] = []
        let templates = SyntheticTemplates(plan).templates.enumerated().map { index, template in
            switch template.role {
            case .gallery(let number): galleries[number].append(index)
            case .distractor: for number in galleries.indices { galleries[number].append(index) }
            case .probe, .unknown: probes.append(index)
            }
            let members = template.images.map { number -> TemplateSet.Member in
                names.append(plan.path(of: plan.folders[template.label][number - 1]))
                return TemplateSet.Member(image: names.count - 1, medium: names.count - 1)
            }
            return TemplateSet.Template(
                name: template.name, person: template.label, members: members)
        }
        return TemplateSet(
            source: PlannedImages(name: set.name, names: names), templates: templates,
            people: plan.folders.indices.map(plan.name(of:)),
            galleries: galleries.enumerated().map {
                TemplateSet.Gallery(name: "gallery \($0 + 1)", templates: $1)
            }, probes: probes)
    }

    /// Renders a set into a folder, unless an identical one exists.
    ///
    /// - Parameter progress: Receives the number of images that are rendered; an error that it throws ends
    ///   the rendering without leaving files behind.
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
}

/// Images that have names but are not rendered yet.
private struct PlannedImages: ImageSource {
    let name: String
    let names: [String]

    var location: URL { URL(fileURLWithPath: name) }
    var count: Int { names.count }

    func name(of index: Int) -> String { names[index] }

    func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        throw .badImage(path: path(of: index), reason: "it is not drawn yet")
    }
}
