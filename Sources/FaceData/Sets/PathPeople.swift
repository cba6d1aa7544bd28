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

    /// Registers the folders of images, or if these are fewer than two, the files' names where they differ.
    ///
    /// - Parameter register: Called with empty people to be filled, and whether by files' names.
    static func distinct<Value>(
        _ register: (inout PathPeople, _ byFile: Bool) -> Value
    ) -> (people: PathPeople, value: Value) {
        var people = PathPeople()
        var value = register(&people, false)
        if people.count < 2 {
            var named = PathPeople(byFile: true)
            let other = register(&named, true)
            if named.count > 1 { (people, value) = (named, other) }
        }
        people.settle()
        return (people, value)
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

extension VerificationPairs {
    /// The people of the images' folders; empty for a pack.
    var pathPeople: PathPeople {
        guard !(source is VerificationPack) else { return PathPeople() }
        return PathPeople.distinct { people, _ in
            for image in images { _ = people.folder(of: image) }
        }.people
    }

    /// The person of each image, by its path; nil if there is no name, as in a pack.
    package var owners: [String?] {
        var people = pathPeople
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
}
