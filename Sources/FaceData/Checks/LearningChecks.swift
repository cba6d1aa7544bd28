/// Checks whether anything can be learned from a training set.
public enum LearningChecks {
    /// Why nothing can be learned from a set, a clause without a full stop; nil if something can.
    ///
    /// - Parameter identities: The number of identities with images.
    public static func impossible(identities: Int) -> String? {
        guard identities == 1 else { return nil }
        return "it has only one identity, so there is nothing to distinguish and every loss is "
            + "0 from the start; use a set of at least two identities, with one "
            + "folder or one label per identity"
    }

    /// Why pairwise losses cannot learn from a set, a clause without a full stop; nil if they can.
    ///
    /// - Parameter labels: The identity of each image.
    public static func withoutPairs(_ labels: [Int]) -> String? {
        guard Set(labels).count == labels.count, labels.count > 1 else { return nil }
        return "no identity has two images, so there is no matching pair to learn from"
    }

    static func diagnostics(_ set: LabelledImageSet) -> [SetCheck.Diagnostic] {
        let alone = impossible(identities: Set(set.labels).count).map {
            SetCheck.Diagnostic(
                severity: .error, kind: "one-identity",
                message: "nothing can be learned from the "
                    + "set: \($0)", items: [])
        }
        let single = withoutPairs(set.labels).map {
            SetCheck.Diagnostic(
                severity: .warning, kind: "no-pairs",
                message: "\($0): pairwise losses learn nothing from the set, and others little",
                items: [])
        }
        return [alone, single].compactMap { $0 }
    }
}
