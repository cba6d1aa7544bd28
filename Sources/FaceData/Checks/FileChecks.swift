/// Findings about files that are no images of the set.
enum FileChecks {
    static func findings(_ set: LabelledImageSet) -> [SetCheck.Finding] {
        // What describes a set lies beside its identities.
        let strays = set.strays.filter { !known.contains($0) }
        guard !strays.isEmpty else { return [] }
        return [
            SetCheck.Finding(
                severity: .note, kind: "stray-file",
                message: "\(strays.count) files or folders are no images of identities and are "
                    + "passed over", items: strays)
        ]
    }

    private static let known: Set = ["mislabelled.txt", "pairs.txt", "synthesis.json"]
}
