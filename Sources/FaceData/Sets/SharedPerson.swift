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
    /// All names in the pairs that may be a person's, by ``PersonName/key``.
    fileprivate var namesByKey: [String: [String]] {
        var people = pathPeople
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
        let found = PathPeople.distinct(registerFolders)
        return zip(identities, found.value).map { identity, folders in
            Set(folders.compactMap(found.people.person)).filter { $0 != identity }.sorted()
        }
    }

    /// Registers the folders of each identity's images, or their files' names, and returns them.
    private func registerFolders(
        _ people: inout PathPeople, byFile: Bool
    ) -> [Set<PathPeople.Folder>] {
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
        return folders
    }
}
