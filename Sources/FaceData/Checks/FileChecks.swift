/// Findings about files that are no images of the set.
enum FileChecks {
    /// What is told about the files, what was passed over apart.
    static func remarks(_ collection: ImageCollection) -> [SetCheck.Finding] {
        var told: String?
        if case .labelled(let set) = collection { told = set.passedOver.sentence }
        return collection.remarks.filter { $0 != told }.map {
            SetCheck.Finding(severity: .warning, kind: "files", message: $0, items: [])
        }
    }

    /// What was passed over.
    static func findings(_ set: LabelledImageSet) -> [SetCheck.Finding] {
        guard let sentence = set.passedOver.sentence else { return [] }
        return [
            SetCheck.Finding(
                severity: set.passedOver.hasPictures ? .warning : .note, kind: "stray-file",
                message: sentence, items: set.passedOver.paths)
        ]
    }
}
