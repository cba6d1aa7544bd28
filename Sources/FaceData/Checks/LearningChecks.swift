/// Whether a training set can teach anything.
public enum LearningChecks {
    /// Why nothing can be learned of a set, in a sentence without its end; nil where something can.
    ///
    /// - Parameter identities: How many identities have images.
    public static func impossible(identities: Int) -> String? {
        guard identities == 1 else { return nil }
        return "it has one identity only, so that there is nothing to tell apart and every loss is "
            + "0 from the start; give a set of two identities or more, whose images lie in one "
            + "folder an identity or carry one label each"
    }

    /// What keeps losses on pairs from learning, in a sentence without its end; nil where nothing
    /// does.
    ///
    /// - Parameter labels: The identity of each image.
    public static func withoutPairs(_ labels: [Int]) -> String? {
        guard Set(labels).count == labels.count, labels.count > 1 else { return nil }
        return "no identity has two images, so that there is no pair of one person to learn from"
    }

    static func diagnostics(_ set: LabelledImageSet) -> [SetCheck.Diagnostic] {
        let alone = impossible(identities: Set(set.labels).count).map {
            SetCheck.Diagnostic(
                severity: .error, kind: "one-identity",
                message: "nothing can be learned of the "
                    + "set: \($0)", items: [])
        }
        let single = withoutPairs(set.labels).map {
            SetCheck.Diagnostic(
                severity: .warning, kind: "no-pairs",
                message: "\($0): losses on pairs learn nothing of the set, and the others little",
                items: [])
        }
        return [alone, single].compactMap { $0 }
    }
}
