import Foundation

/// TinyFace's identification test: `Gallery_Match`, `Gallery_Distractor` and `Probe`, in the folder
/// itself or in its `Testing_Set`. An image's name consists of its person's number and its own,
/// `123_4.jpg`; each distractor is a person of its own.
enum TinyFaceReader {
    private static let folders = ["Gallery_Match", "Gallery_Distractor", "Probe"]

    /// Whether a folder has this layout.
    static func isSet(_ folder: URL) -> Bool { root(of: folder) != nil }

    private static func root(of folder: URL) -> URL? {
        SystemPath.first(
            of: [folder, folder.appendingPathComponent("Testing_Set")],
            holding: ["Gallery_Match", "Probe"])
    }

    /// Reads the set: every image is a template.
    ///
    /// - Throws: ``FaceDataError`` for a folder of another layout, or names without a person.
    static func read(_ folder: URL) throws(FaceDataError) -> TemplateSet {
        guard let root = root(of: folder) else {
            throw .unknownFormat(
                path: folder.path,
                reason: "it has no folders Gallery_Match and Probe, as TinyFace has")
        }
        var paths: [String] = []
        var people: [String] = []
        var byName: [String: Int] = [:]
        var templates: [TemplateSet.Template] = []
        var parts: [[Int]] = []
        for (number, name) in folders.enumerated() {
            var part: [Int] = []
            let path = root.appendingPathComponent(name)
            let files =
                SystemPath.kind(path.path) == .folder ? try SystemPath.visibleNames(path) : []
            for file in files where LabelledImageSet.isImage(file) {
                let isDistractor = number == 1
                let person = isDistractor ? "distractor \(file)" : String(file.prefix { $0 != "_" })
                guard isDistractor || (file.contains("_") && Int(person) != nil) else {
                    throw .unreadable(
                        path: path.appendingPathComponent(file).path,
                        reason: "its name does not begin with a person's number and '_'")
                }
                let label = byName[person] ?? people.count
                if label == people.count {
                    byName[person] = label
                    people.append(person)
                }
                let index = templates.count
                templates.append(
                    TemplateSet.Template(
                        name: "\(name)/\(file)", person: label,
                        members: [.init(image: index, medium: index)]))
                paths.append("\(name)/\(file)")
                part.append(index)
            }
            parts.append(part)
        }
        guard !parts[0].isEmpty, !parts[2].isEmpty else {
            throw .unreadable(path: root.path, reason: "Gallery_Match or Probe holds no image")
        }
        return TemplateSet(
            source: ImageFiles(paths, in: root), templates: templates, people: people,
            galleries: [TemplateSet.Gallery(name: "gallery", templates: parts[0] + parts[1])],
            probes: parts[2])
    }
}
