import Foundation
import Spelling

/// Finds the images of a list even if their files are spelt differently: in another case,
/// with another ending or, for numbered images, with other leading zeros.
struct ImageFinder {
    enum Found {
        /// The path of a file, relative to the root.
        case file(String)
        /// No file; `instead` are similar ones that exist.
        case missing(instead: [String])
    }

    let root: URL
    /// Names in the folders that were listed so far.
    private var folders: [String: [String]] = [:]
    /// Endings of image files, the default first.
    private static let endings = ["jpg"] + LabelledImageSet.endings.subtracting(["jpg"]).sorted()

    init(root: URL) {
        self.root = root
    }

    /// Finds an image by its path.
    mutating func find(_ path: String) -> Found {
        let slashes = path.replacingOccurrences(of: "\\", with: "/")
        if let spelling = [path, slashes].first(where: exists) { return .file(spelling) }
        guard !path.hasPrefix("/") else { return .missing(instead: []) }
        let (folder, name) = (existing(PathText(path).folder), PathText(path).name)
        let wanted = Stem(name)
        let images = images(in: folder)
        let sameName = images.filter { $0.lowercased() == name.lowercased() }
        let sameStem = images.filter { Stem($0).text == wanted.text }
        for group in [sameName, sameStem] where group.count == 1 {
            return .file(Self.join(folder, group[0]))
        }
        let near = images.filter { Stem($0) == wanted }
        return .missing(
            instead: near.isEmpty
                ? instead(of: folder, wanted) : near.map { Self.join(folder, $0) })
    }

    /// Finds an image by person and number, named as in LFW: `name/name_0001.jpg`.
    mutating func find(_ person: String, _ number: Int) -> Found {
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        let stem = "\(person)/\(person)_\(padded)"
        if let file = Self.endings.lazy.map({ "\(stem).\($0)" }).first(where: exists) {
            return .file(file)
        }
        let wanted = Stem("\(person)_\(padded).jpg")
        let folder = existing(person)
        let images = images(in: folder)
        let same = images.filter { Stem($0) == wanted }
        let exact = same.filter { Stem($0).text == wanted.text }
        for group in [exact, same] where group.count == 1 {
            return .file(Self.join(folder, group[0]))
        }
        guard same.isEmpty else { return .missing(instead: same.map { Self.join(folder, $0) }) }
        return .missing(instead: instead(of: folder, wanted))
    }

    /// A folder as spelt on disk: a letter with an accent may be one character in the list and two
    /// in the file system.
    private mutating func existing(_ folder: String) -> String {
        if folder.isEmpty || exists(folder) { return folder }
        var path = ""
        var rest = folder.split(separator: "/")[...]
        while let part = rest.first {
            let names = names(in: path)
            // Nothing is in a folder that does not exist, however long the list's path is.
            if names.isEmpty { break }
            path = Self.join(path, names.first { $0 == part } ?? String(part))
            rest.removeFirst()
        }
        return rest.isEmpty ? path : Self.join(path, rest.joined(separator: "/"))
    }

    /// Suggestions: images whose names begin with the wanted one, or a folder that is spelt
    /// differently.
    private mutating func instead(of folder: String, _ wanted: Stem) -> [String] {
        let longer = images(in: folder).filter { Stem($0).text.hasPrefix(wanted.text) }
        if !longer.isEmpty { return longer.map { Self.join(folder, $0) } }
        guard !folder.isEmpty, names(in: folder).isEmpty else { return [] }
        let key = PersonName(PathText(folder).name).key
        let above = PathText(folder).folder
        return names(in: above).filter { !key.isEmpty && PersonName($0).key == key }
            .map { Self.join(above, $0) }
    }

    private func exists(_ path: String) -> Bool {
        SystemPath.kind(ImageFiles([path], in: root).path(of: 0)) != nil
    }

    private mutating func images(in folder: String) -> [String] {
        names(in: folder).filter(LabelledImageSet.isImage)
    }

    private mutating func names(in folder: String) -> [String] {
        if let names = folders[folder] { return names }
        let url = folder.isEmpty ? root : root.appendingPathComponent(folder)
        let names = (try? SystemPath.visibleNames(url)) ?? []
        folders[folder] = names
        return names
    }

    private static func join(_ folder: String, _ name: String) -> String {
        folder.isEmpty ? name : "\(folder)/\(name)"
    }

    /// A file's name without its ending, in lower case. Trailing numbers are compared without
    /// leading zeros.
    private struct Stem: Equatable {
        let text: String
        private let name: Substring
        private let number: Substring

        init(_ file: String) {
            text = PathText(PathText(file).withoutEnding).name.lowercased()
            let digits = text.reversed().prefix { ("0"..."9").contains($0) }.count
            name = text.dropLast(digits)
            let rest = text.suffix(digits).drop { $0 == "0" }
            number = rest.isEmpty ? text.suffix(min(1, digits)) : rest
        }

        static func == (first: Stem, second: Stem) -> Bool {
            first.name == second.name && first.number == second.number
        }
    }
}

extension ImageFinder {
    /// The paths of a list as the files are spelt, and a warning about those that are spelt differently.
    ///
    /// Lists may have millions of images, so that all of them are looked for only if one of a few, spread over
    /// the list, does not exist as it is spelt. Images that are not found keep the list's paths.
    static func found(
        _ paths: [String], of file: URL, in root: URL
    ) -> (paths: [String], warning: String?) {
        var finder = ImageFinder(root: root)
        let step = max(1, paths.count / 64)
        guard !stride(from: 0, to: paths.count, by: step).allSatisfy({ finder.exists(paths[$0]) })
        else { return (paths, nil) }
        var respelt: [String] = []
        let found = paths.map { path in
            guard case .file(let spelling) = finder.find(path) else { return path }
            if spelling != path { respelt.append("\(quoted: path) is \(quoted: spelling)") }
            return spelling
        }
        return (found, warning(of: respelt, file))
    }

    /// A warning about files that are spelt differently from a list; nil if there are none.
    static func warning(of respelt: [String], _ file: URL) -> String? {
        respelt.first.map {
            "\(counted(respelt.count, "file")) \(respelt.count == 1 ? "is" : "are") spelt "
                + "differently from \(quoted: file.path): \($0)"
        }
    }

    /// A message about a missing image.
    func refusal(of image: String, _ instead: [String]) -> String {
        "there is no image \(quoted: image) in \(quoted: root.path)"
            + (instead.isEmpty
                ? ""
                : ", but " + instead.prefix(3).map { "\(quoted: $0)" }.joined(separator: " and "))
    }
}
