import Foundation

/// QMUL-SurvFace's identification test: `gallery`, `mated_probe` and `unmated_probe`, in the folder
/// itself or in its `Face_Identification_Test_Set`. An image's name begins with its person's number,
/// `123_cam1_4.jpg`; a person's gallery images are one template, and each probe is one.
///
/// The lists in `.mat` files contain the same with other numbers and are not needed.
enum SurvFaceReader {
    private static let folders = ["gallery", "mated_probe", "unmated_probe"]

    /// Whether a folder has this layout.
    static func isSet(_ folder: URL) -> Bool { root(of: folder) != nil }

    private static func root(of folder: URL) -> URL? {
        SystemPath.first(
            of: [folder, folder.appendingPathComponent("Face_Identification_Test_Set")],
            holding: folders)
    }

    /// Reads the set.
    ///
    /// - Throws: ``FaceDataError`` for a folder of another layout, names without a person, mated probes
    ///   of people who are not in the gallery, and unmated ones of people who are.
    static func read(_ folder: URL) throws(FaceDataError) -> TemplateSet {
        guard let root = root(of: folder) else {
            throw .unknownFormat(
                path: folder.path,
                reason: "it has no folders gallery, mated_probe and unmated_probe, as SurvFace has")
        }
        var parts = Parts(root: root)
        for name in folders { try parts.read(name) }
        return try parts.set()
    }

    private struct Parts {
        let root: URL
        private var paths: [String] = []
        private var people: [String] = []
        private var byName: [String: Int] = [:]
        private var gallery: [Int: [TemplateSet.Member]] = [:]
        private var probes: [TemplateSet.Template] = []

        init(root: URL) { self.root = root }

        mutating func read(_ name: String) throws(FaceDataError) {
            let path = root.appendingPathComponent(name)
            for file in try SystemPath.visibleNames(path) where LabelledImageSet.isImage(file) {
                let person = String(file.prefix { $0 != "_" })
                func wrong(_ reason: String) -> FaceDataError {
                    .unreadable(path: path.appendingPathComponent(file).path, reason: reason)
                }
                guard file.contains("_"), Int(person) != nil else {
                    throw wrong("its name does not begin with a person's number and '_'")
                }
                let label = byName[person] ?? people.count
                if label == people.count {
                    byName[person] = label
                    people.append(person)
                }
                let member = TemplateSet.Member(image: paths.count, medium: paths.count)
                paths.append("\(name)/\(file)")
                if name == "gallery" {
                    gallery[label, default: []].append(member)
                    continue
                }
                let isEnrolled = gallery[label] != nil
                guard isEnrolled == (name == "mated_probe") else {
                    throw wrong(
                        "person \(person) is \(isEnrolled ? "in the gallery" : "not in the gallery")"
                    )
                }
                probes.append(
                    TemplateSet.Template(
                        name: "\(name)/\(file)", person: label, members: [member]))
            }
        }

        func set() throws(FaceDataError) -> TemplateSet {
            guard !gallery.isEmpty, !probes.isEmpty else {
                throw .unreadable(path: root.path, reason: "gallery or the probes hold no image")
            }
            let enrolled = gallery.sorted { $0.key < $1.key }.map { label, members in
                TemplateSet.Template(
                    name: "gallery/\(people[label])", person: label, members: members)
            }
            return TemplateSet(
                source: ImageFiles(paths, in: root), templates: enrolled + probes, people: people,
                galleries: [
                    TemplateSet.Gallery(name: "gallery", templates: Array(enrolled.indices))
                ],
                probes: Array(enrolled.count..<enrolled.count + probes.count))
        }
    }
}
