/// Diagnostics about the files of a set, and those that are not images of it.
enum FileChecks {
    /// Warnings about the files; skipped files are listed separately.
    static func warnings(_ collection: ImageCollection) -> [SetCheck.Diagnostic] {
        var reported: String?
        if case .labelled(let set) = collection { reported = set.skippedFiles.sentence }
        return collection.warnings.filter { $0 != reported }.map {
            SetCheck.Diagnostic(severity: .warning, kind: "files", message: $0, items: [])
        }
    }

    /// Diagnostics of skipped files.
    static func diagnostics(_ set: LabelledImageSet) -> [SetCheck.Diagnostic] {
        guard let sentence = set.skippedFiles.sentence else { return [] }
        return [
            SetCheck.Diagnostic(
                severity: set.skippedFiles.hasPictures ? .warning : .note, kind: "stray-file",
                message: sentence, items: set.skippedFiles.paths)
        ]
    }
}
