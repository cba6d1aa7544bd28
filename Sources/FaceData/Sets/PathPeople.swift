/// Derives people from the folders in images' paths, however the paths are spelt.
///
/// `lfw/Ann/1.jpg`, `./Ann/1.jpg`, `/data/lfw/Ann/1.jpg` and `Ann/1.jpg` are all Ann's. If the last folder
/// is a kind of image rather than a person (`001/frontal/1.jpg`, `002/frontal/1.jpg`), people are identified
/// by the one above: of the two levels, the one with more distinct names is used. A file without a folder is
/// identified by its own name without its trailing number (`Ann_Lee_0001.jpg`), and so are files that are all
/// in one folder, which distinguishes nobody (``byFile``).
struct PathPeople {
    /// Whether people are identified by files' names, and by folders only where these have no number.
    private let isByFile: Bool
    /// The indices of the folders seen so far.
    private var indices: [String: Int] = [:]
    /// The parts of each folder's path.
    private var folders: [[Substring]] = []
    /// The number of folders that contain a part.
    private var uses: [Substring: Int] = [:]
    /// Whether people are identified by the second-to-last folder.
    private var isParent = false

    /// The index of a folder, or of a name that is used in its place.
    typealias Folder = Int

    init(byFile: Bool = false) {
        isByFile = byFile
    }

    /// The number of different folders, or of the names that are used in their place.
    var count: Int { Set(folders).count }

    /// Registers the folders of all images, or if they share one, the files' names.
    static func of(_ images: [String]) -> PathPeople {
        var people = PathPeople()
        for image in images { _ = people.folder(of: image) }
        if people.count == 1 {
            var named = PathPeople(byFile: true)
            for image in images { _ = named.folder(of: image) }
            if named.count > 1 { people = named }
        }
        people.settle()
        return people
    }

    /// Registers the folder of a path.
    mutating func folder(of path: String) -> Folder {
        var folder = PathText(path).folder
        if folder.utf8.allSatisfy({ $0 == UInt8(ascii: ".") }) {
            folder = Self.fileOwner(path)
        } else if isByFile {
            let owner = Self.fileOwner(path)
            if !owner.isEmpty { folder = owner }
        }
        if let index = indices[folder] { return index }
        let parts = Self.parts(folder)
        indices[folder] = folders.count
        folders.append(parts)
        for part in Set(parts) { uses[part, default: 0] += 1 }
        return folders.count - 1
    }

    /// Decides how people are identified, once all folders are registered.
    mutating func settle() {
        let last = Set(folders.compactMap(\.last))
        let above = Set(folders.compactMap { $0.dropLast().last })
        isParent = above.count > last.count
    }

    /// A folder's person; nil if there is no name.
    func person(_ folder: Folder) -> String? {
        let parts = folders[folder]
        return (isParent ? parts.dropLast().last ?? parts.last : parts.last).map(String.init)
    }

    /// All names in a folder's path that may be a person's: its person, and every other part that
    /// not all folders share.
    func names(_ folder: Folder) -> [String] {
        let person = person(folder)
        return (person.map { [$0] } ?? [])
            + folders[folder].filter {
                uses[$0, default: 0] < folders.count && String($0) != person
            }
            .map(String.init)
    }

    /// The components of a path without `.` and `..`.
    private static func parts(_ path: String) -> [Substring] {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", parts.last.map({ $0 != ".." }) ?? false {
                parts.removeLast()
            } else {
                parts.append(part)
            }
        }
        return parts.filter { $0 != ".." }
    }

    /// A file's name without its ending and trailing number; empty if it has no number.
    private static func fileOwner(_ path: String) -> String {
        var name = PathText(PathText(path).withoutEnding).name[...]
        guard name.last?.isNumber ?? false else { return "" }
        while let last = name.last, last.isNumber || "_- .".contains(last) { name.removeLast() }
        return String(name)
    }
}

/// A person of a training set whose name also occurs in a test set.
public struct SharedPerson: Sendable, Hashable {
    /// The identity of the training set.
    public let identity: String
    /// The matched name: the identity's, or one in its images' paths.
    public let name: String
    /// The test set's name.
    public let other: String

    /// Whether both sets spell the name alike.
    public var isExact: Bool { name == other }

    /// Both spellings if they differ, otherwise nil.
    public var respelling: String? { isExact ? nil : "\(name) = \(other)" }
}

extension VerificationPairs {
    /// The people of the images' folders; empty for a pack.
    private var people: PathPeople {
        source is VerificationPack ? PathPeople() : PathPeople.of(images)
    }

    /// The person of each image, by its path; nil if there is no name, as in a pack.
    package var owners: [String?] {
        var people = people
        guard !(source is VerificationPack) else { return images.map { _ in nil } }
        let owners = images.map { people.person(people.folder(of: $0)) }
        // A name that all files share, such as `image` in `image_0001.jpg`, is not a person.
        let isNumbered = Set(owners).count == 1 && images.allSatisfy { !$0.contains("/") }
        return isNumbered ? images.map { _ in nil } : owners
    }

    /// Names of the people in the pairs, from the images' paths; empty for a pack.
    public var identities: Set<String> {
        Set(owners.compactMap { $0 })
    }

    /// All names in the pairs that may be a person's, by ``PersonName/key``.
    fileprivate var namesByKey: [String: [String]] {
        var people = people
        guard !(source is VerificationPack) else { return [:] }
        var names: Set<String> = []
        for folder in Set(images.map({ people.folder(of: $0) })) {
            names.formUnion(people.names(folder))
        }
        var byKey: [String: [String]] = [:]
        for name in names.sorted() {
            let key = PersonName(name).key
            if !key.isEmpty { byKey[key, default: []].append(name) }
        }
        return byKey
    }

    /// Names of people in the pairs that also occur in a training set; case, accents and word
    /// separators are ignored.
    public func overlap(with trained: [String]) -> [String] {
        let known = Set(trained.map { PersonName($0).key })
        return namesByKey.filter { known.contains($0.key) }.flatMap(\.value).sorted()
    }
}

extension LabelledImageSet {
    /// The set's people whose names also occur in a test set, in the set's order.
    func people(sharedWith pairs: VerificationPairs) -> [SharedPerson] {
        let theirs = pairs.namesByKey
        guard !theirs.isEmpty else { return [] }
        let keys = Set(identities.map { PersonName($0).key })
        return zip(identities, namesInPaths).compactMap { identity, further in
            let plain = PersonName.unnumbered(identity).flatMap { name in
                keys.contains(PersonName(name).key) ? name : nil
            }
            let found = ([identity] + (plain.map { [$0] } ?? []) + further).flatMap { name in
                (theirs[PersonName(name).key] ?? []).map {
                    SharedPerson(identity: identity, name: name, other: $0)
                }
            }
            return found.first(where: \.isExact) ?? found.first
        }
    }

    /// For each identity, the names in its images' paths other than its own.
    private var namesInPaths: [[String]] {
        var found = peopleInPaths(byFile: false)
        if found.people.count < 2 {
            let named = peopleInPaths(byFile: true)
            if named.people.count > 1 { found = named }
        }
        found.people.settle()
        return zip(identities, found.folders).map { identity, folders in
            Set(folders.compactMap(found.people.person)).filter { $0 != identity }.sorted()
        }
    }

    /// The folders of each identity's images, or their files' names.
    private func peopleInPaths(
        byFile: Bool
    ) -> (people: PathPeople, folders: [Set<PathPeople.Folder>]) {
        var people = PathPeople(byFile: byFile)
        var folders = [Set<PathPeople.Folder>](repeating: [], count: identities.count)
        // Images of the same folder are mostly consecutive.
        var last: (folder: String, label: Int) = ("", -1)
        for (index, label) in labels.enumerated() {
            let name = source.name(of: index)
            // A pack's records have no folders and no names.
            guard byFile ? Self.isImage(name) : name.utf8.contains(UInt8(ascii: "/")) else {
                continue
            }
            let folder = PathText(name).folder
            guard byFile || label != last.label || folder != last.folder else { continue }
            last = (folder, label)
            folders[label].insert(people.folder(of: name))
        }
        return (people, folders)
    }
}
