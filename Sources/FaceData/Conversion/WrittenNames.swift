import Foundation

/// Assigns a unique file name to each image of a set that is written into a folder.
///
/// Names must differ even on file systems that ignore case and Unicode normalisation. They can collide
/// because two images have the same name, two endings become the same, or the names of two identities
/// differ only in characters that are replaced. The first image keeps its name; the others get `-2`, `-3`
/// and so on. The names depend only on those in the set, neither on the files nor on the contents of the
/// folder, so that interrupted conversions can be resumed.
struct WrittenNames: Sendable {
    /// The parts of a file's name.
    private struct Name {
        /// Folder with a trailing slash; empty for none.
        var folder: String
        var stem: String
        /// Without the point; empty for none.
        var ending: String

        func text(_ number: Int) -> String {
            folder + stem + (number > 1 ? "-\(number)" : "")
                + (ending.isEmpty ? "" : ".\(ending)")
        }
    }

    /// The names by index, relative to the folder. If images keep their bytes, the ending is that in the
    /// set, which need not match their kind.
    private(set) var paths: [String]
    /// Indices of images whose name was changed because it was taken or not a valid file name,
    /// ascending.
    let renamed: [Int]
    /// The folders by their number.
    let folders: [String]
    /// Whether images are recoded, so that all endings are final.
    private let isRecoded: Bool
    private var taken: Set<String>

    /// Assigns names.
    ///
    /// - Parameters:
    ///   - names: The images' names in the set.
    ///   - owners: The index of each image's folder.
    ///   - folders: The folders, which may be paths; an empty one for images in no folder.
    ///   - ending: The ending of all files; nil if images keep their bytes.
    ///   - reserved: Names in the top-level folder that are used otherwise.
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

    /// Assigns names to a training set's images, with a folder for each identity.
    init(of set: LabelledImageSet, ending: String? = nil) {
        let folders = set.identities.map {
            $0.isEmpty ? "_" : $0.replacingOccurrences(of: "/", with: "_")
        }
        self.init(set.names, in: set.labels, of: folders, ending: ending)
    }

    /// The final name of an image whose kind is known: its ending is changed unless it matches the
    /// kind.
    ///
    /// - Parameter index: The image's index; to be called once for each image, in ascending order.
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

    /// A predicate on paths in the folder: whether a file may be one of these images.
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

    /// The part of a path after the folder of an identity, such as `frontal-01.jpg` for
    /// `Data/001/frontal/01.jpg`; the file's name if there is no such folder.
    private static func inner(_ name: String, of folder: String) -> String {
        let parts = name.split(separator: "/").map(String.init)
        guard let file = parts.last else { return name }
        let identity = PathText(folder).name
        guard let index = parts.dropLast().lastIndex(of: identity) else { return file }
        return parts[(index + 1)...].joined(separator: "-")
    }

    /// Whether ``clean(_:)`` changes a part of a path.
    private static func isAltered(_ path: String) -> Bool {
        path.split(separator: "/").contains { cleanPart($0) != $0 }
    }

    private static func ending(_ name: String) -> String {
        String(name.dropFirst(PathText(name).withoutEnding.count + 1))
    }

    private static func stem(_ name: String) -> String {
        clean(LabelledImageSet.isImage(name) ? PathText(name).withoutEnding : name)
    }

    /// A path in which no part leaves the folder, is hidden, breaks a line of a list, or is too
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

    /// The form by which a file system compares names that ignores case and, as Windows does, points and spaces
    /// at the end of a part. Swift's string comparison already ignores Unicode normalisation.
    private static func key(_ name: String) -> String {
        let folded =
            name.utf8.allSatisfy { $0 < 0x80 } ? name.lowercased() : name.uppercased().lowercased()
        func isDropped(_ character: Character) -> Bool { character == "." || character == " " }
        guard folded.last.map(isDropped) ?? false || folded.contains("./") || folded.contains(" /")
        else { return folded }
        return folded.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.lastIndex { !isDropped($0) }.map { part[...$0] } ?? ""
        }.joined(separator: "/")
    }

    /// Adds numbers to names so that all of them differ.
    ///
    /// - Returns: The names, the keys that are taken afterwards, and the indices of names with a
    ///   number.
    private static func distinct(
        _ wanted: [Name], besides reserved: Set<String>
    ) -> (texts: [String], taken: Set<String>, numbered: [Int]) {
        var taken = reserved
        var texts = wanted.map { $0.text(1) }
        // Names that can be kept come first, so that a numbered name never takes one of them.
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

extension SetConversion.Outcome {
    /// Lists the written images whose names are not those in the set.
    ///
    /// - Parameters:
    ///   - names: The names under which they were written; nil if these are the set's.
    ///   - source: The set's images, by whose indices those that were left out are known.
    mutating func listRenamed(by names: WrittenNames?, of source: any ImageSource) {
        let leftOut = Set(bad.map(\.index))
        renamed = names?.renamedImages(of: source) { !leftOut.contains($0) } ?? []
    }
}
