import Foundation

/// A file's name of its own for each image of a set that is written into a folder.
///
/// Names are distinguished as file systems do that know no case and no forms of Unicode: two images of one
/// name, two endings that become one, two identities whose names differ in what a name may not have. The
/// first one keeps its name, the others get `-2`, `-3` and so on. The names depend on those of the set and
/// on these only, neither on the files nor on what a folder holds, so that interrupted work
/// resumes.
struct WrittenNames: Sendable {
    /// A file's name in its parts.
    private struct Name {
        /// Folder and slash; empty for none.
        var folder: String
        var stem: String
        /// Without its point; empty for none.
        var ending: String

        func text(_ number: Int) -> String {
            folder + stem + (number > 1 ? "-\(number)" : "")
                + (ending.isEmpty ? "" : ".\(ending)")
        }
    }

    /// The names by index, relative to the folder. Where images keep their bytes, the ending is what the
    /// set has, which need not be their kind's.
    private(set) var paths: [String]
    /// Indices whose name is another one because theirs was taken or cannot be a file's, ascending.
    let renamed: [Int]
    /// The folders by their number.
    let folders: [String]
    /// Whether all endings are what is written.
    private let isRecoded: Bool
    private var taken: Set<String>

    /// Gives names.
    ///
    /// - Parameters:
    ///   - names: The images' names in the set.
    ///   - owners: The number of each image's folder.
    ///   - folders: The folders, which may be paths; empty for images that are in none.
    ///   - ending: The ending of all files; nil where images keep their bytes.
    ///   - reserved: Names in the folder itself that are used for something else.
    init(
        _ names: [String], in owners: [Int], of folders: [String], ending: String? = nil,
        reserved: [String] = []
    ) {
        let indices = Self.distinct(
            folders.map { Name(folder: "", stem: Self.clean($0), ending: "") },
            besides: Set(reserved.map(Self.key)))
        let wanted = zip(names, owners).map { name, owner in
            let inner = Self.inner(name, of: folders[owner])
            let folder = indices.texts[owner]
            return Name(
                folder: folder.isEmpty ? "" : folder + "/", stem: Self.stem(inner),
                ending: ending ?? (LabelledImageSet.isImage(inner) ? Self.ending(inner) : ""))
        }
        let found = Self.distinct(wanted, besides: [])
        let moved = Set(indices.numbered).union(
            folders.indices.filter { Self.isAltered(folders[$0]) })
        (paths, taken, isRecoded) = (found.texts, found.taken, ending != nil)
        self.folders = indices.texts
        renamed = Set(found.numbered).union(
            owners.indices.filter {
                moved.contains(owners[$0])
                    || Self.isAltered(Self.inner(names[$0], of: folders[owners[$0]]))
            }
        ).sorted()
    }

    /// Gives names to a training set's images, a folder for each identity.
    init(of set: LabelledImageSet, ending: String? = nil) {
        let folders = set.identities.map {
            $0.isEmpty ? "_" : $0.replacingOccurrences(of: "/", with: "_")
        }
        self.init(set.names, in: set.labels, of: folders, ending: ending)
    }

    /// The name of an image whose bytes are known: its ending is one of the bytes' kind.
    ///
    /// - Parameter index: Each once, in ascending order.
    mutating func path(of index: Int, kind: ImageKind) -> String {
        let path = paths[index]
        guard !isRecoded, !kind.fits(ending: PathText(path).ending) else { return path }
        let stem = LabelledImageSet.isImage(path) ? PathText(path).withoutEnding : path
        let name = Name(folder: "", stem: stem, ending: kind.ending)
        var number = 1
        while !taken.insert(Self.key(name.text(number))).inserted { number += 1 }
        paths[index] = name.text(number)
        return paths[index]
    }

    /// A question for a file in the folder: whether it may be one of these.
    func recogniser() -> (String) -> Bool {
        guard !isRecoded else { return { [taken] in taken.contains(Self.key($0)) } }
        func plain(_ path: String) -> String {
            Self.key(LabelledImageSet.isImage(path) ? PathText(path).withoutEnding : path)
        }
        let stems = Set(paths.map(plain))
        return { stems.contains(plain($0)) }
    }

    /// The images that are written under another name than theirs, with both names.
    ///
    /// - Parameters:
    ///   - source: The images.
    ///   - isWritten: Whether the image of an index was not left out.
    func renamedImages(
        of source: any ImageSource, where isWritten: (Int) -> Bool
    ) -> [SetConversion.RenamedImage] {
        renamed.filter(isWritten).map {
            SetConversion.RenamedImage(name: source.name(of: $0), file: paths[$0])
        }
    }

    // MARK: Parts of names

    /// The part of a path after the folder of an identity, `frontal-01.jpg` of
    /// `Data/001/frontal/01.jpg`; the file's name where there is no such folder.
    private static func inner(_ name: String, of folder: String) -> String {
        let parts = name.split(separator: "/").map(String.init)
        guard let file = parts.last else { return name }
        let identity = PathText(folder).name
        guard let index = parts.dropLast().lastIndex(of: identity) else { return file }
        return parts[(index + 1)...].joined(separator: "-")
    }

    /// Whether a part of a path cannot be a file's name.
    private static func isAltered(_ path: String) -> Bool {
        path.split(separator: "/").contains { cleanPart($0) != $0 }
    }

    private static func ending(_ name: String) -> String {
        String(name.dropFirst(PathText(name).withoutEnding.count + 1))
    }

    private static func stem(_ name: String) -> String {
        clean(LabelledImageSet.isImage(name) ? PathText(name).withoutEnding : name)
    }

    /// A path in which no part leads out of a folder, is hidden, breaks a line of a list, or is too
    /// long for a file system.
    static func clean(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: true).map(cleanPart)
            .joined(separator: "/")
    }

    private static func cleanPart(_ part: Substring) -> String {
        // A name of 255 bytes would leave no room for the suffix of a file being written.
        let limit = 180
        var plain = ""
        var size = 0
        for scalar in part.unicodeScalars {
            size += String(scalar).utf8.count
            if size > limit { break }
            let isBreak =
                scalar.properties.generalCategory == .control
                || scalar == "\u{2028}" || scalar == "\u{2029}"
            plain.unicodeScalars.append(isBreak ? "_" : scalar)
        }
        return plain.isEmpty || plain.hasPrefix(".") ? "_" + plain : plain
    }

    /// The form by which a case-insensitive file system compares names. Swift ignores Unicode normalisation.
    private static func key(_ name: String) -> String {
        name.utf8.allSatisfy { $0 < 0x80 } ? name.lowercased() : name.uppercased().lowercased()
    }

    /// Numbers names so that all of them differ.
    ///
    /// - Returns: The names, what is taken then, and the indices of names with a number.
    private static func distinct(
        _ wanted: [Name], besides reserved: Set<String>
    ) -> (texts: [String], taken: Set<String>, numbered: [Int]) {
        var taken = reserved
        var texts = wanted.map { $0.text(1) }
        // First all that can keep their names, so that a number never takes one of those.
        let numbered = texts.indices.filter { !taken.insert(key(texts[$0])).inserted }
        var last: [String: Int] = [:]
        for index in numbered {
            let name = key(texts[index])
            var number = last[name, default: 1]
            repeat {
                number += 1
                texts[index] = wanted[index].text(number)
            } while !taken.insert(key(texts[index])).inserted
            last[name] = number
        }
        return (texts, taken, numbered)
    }
}

extension ImageKind {
    /// Whether a file of this kind may have an ending.
    fileprivate func fits(ending: String) -> Bool {
        switch self {
        case .jpeg: ["jpg", "jpeg", "jfif"].contains(ending)
        case .pgm, .ppm: [self.ending, "pnm"].contains(ending)
        default: ending == self.ending
        }
    }
}
