import Foundation

extension LabelledImageSet {
    /// The same images under names from which readers of a pack's list take the identities' names as
    /// well: each in a folder of its identity's name, and all of them different.
    ///
    /// Names that are so already, as those of a folder's images, stay unchanged.
    func namedForPack() -> LabelledImageSet {
        var listed = names.enumerated().map { index, name in
            name.contains("/") ? name : "\(identities[labels[index]])/\(name)"
        }
        let isTold = listed.indices.allSatisfy { index in
            PathText(PathText(listed[index]).folder).name == identities[labels[index]]
                && !listed[index].unicodeScalars.contains {
                    $0.properties.generalCategory == .control
                        || $0.properties.isWhitespace
                            && $0 != " "
                }
        }
        if !isTold || Set(listed).count < listed.count || Set(identities).count < identities.count {
            listed = WrittenNames(of: self).paths
        }
        var named = self
        named.source = NamedImages(listed, of: source)
        return named
    }
}
