import Foundation

extension LabelledImageSet {
    /// The same images under distinct names from which readers of a pack's list can derive the
    /// identities' names: each in a folder named after its identity.
    ///
    /// Names that already have this form, like those of an image folder, stay unchanged.
    func namedForPack() -> LabelledImageSet {
        var listed = names.enumerated().map { index, name in
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
        if !namesIdentities || Set(listed).count < listed.count
            || Set(identities).count < identities.count
        {
            listed = WrittenNames(of: self).paths
        }
        var named = self
        named.source = NamedImages(listed, of: source)
        return named
    }
}
