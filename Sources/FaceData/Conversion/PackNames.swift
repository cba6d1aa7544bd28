import Foundation

/// Distinct names of a training set's images from which readers of a pack's list can derive the identities'
/// names: each in a folder named after its identity.
///
/// Names that already have this form, like those of an image folder, stay unchanged.
struct PackNames {
    /// The names by index.
    let names: [String]
    /// Where the names come from if the set's own cannot be used.
    let written: WrittenNames?

    init(of set: LabelledImageSet) {
        let (identities, labels) = (set.identities, set.labels)
        let listed = set.names.enumerated().map { index, name in
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
        let isUsable =
            namesIdentities && Set(listed).count == listed.count
            && Set(identities).count == identities.count
        written = isUsable ? nil : WrittenNames(of: set)
        names = written?.paths ?? listed
    }
}
