import Foundation

extension LabelledImageSet {
    /// The same images under distinct names from which readers of a pack's list can derive the
    /// identities' names: each in a folder named after its identity.
    ///
    /// Names that already have this form, like those of an image folder, stay unchanged.
    func namedForPack() -> LabelledImageSet {
        var named = self
        named.source = NamedImages(packNames.listed, of: source)
        return named
    }

    /// The images that ``namedForPack()`` renames because names are taken or invalid, except for some.
    func renamedForPack(besides bad: Set<Int>) -> [SetConversion.RenamedImage] {
        packNames.written?.renamedImages(of: source) { !bad.contains($0) } ?? []
    }

    /// The images' names in a pack, and where they come from if the set's own are not used.
    private var packNames: (listed: [String], written: WrittenNames?) {
        let listed = names.enumerated().map { index, name in
            name.contains("/") ? name : "\(identities[labels[index]])/\(name)"
        }
        let namesIdentities = listed.indices.allSatisfy { index in
            PathText(PathText(listed[index]).folder).name == identities[labels[index]]
                && !listed[index].unicodeScalars.contains {
                    $0.properties.generalCategory == .control
                        || $0.properties.isWhitespace
                            && $0 != " "
                }
        }
        guard
            !namesIdentities || Set(listed).count < listed.count
                || Set(identities).count < identities.count
        else { return (listed, nil) }
        let written = WrittenNames(of: self)
        return (written.paths, written)
    }
}
