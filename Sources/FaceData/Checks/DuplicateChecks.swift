/// Diagnostics about pictures that occur more than once in a set.
enum DuplicateChecks {
    static func diagnostics(_ survey: ImageSurvey, _ names: CheckNames) -> [SetCheck.Diagnostic] {
        // A verification pack does not state an image's identity, and repeats the image for each of
        // its pairs.
        let known = survey.copies.map { $0.filter { names.owner($0) != nil } }
            .filter { $0.count > 1 }
        let across = known.filter { Set($0.compactMap(names.owner)).count > 1 }
        let within = known.filter { Set($0.compactMap(names.owner)).count == 1 }
        return [
            diagnostic(
                within, .note, "duplicate-image", one: "picture occurs", many: "pictures occur",
                "more than once under one identity, possibly re-saved, resized or mirrored", names),
            diagnostic(
                across, .warning, "duplicate-across", one: "picture occurs", many: "pictures occur",
                "under two or more identities: a label is wrong, or two identities are the same "
                    + "person", names),
        ].compactMap { $0 }
    }

    private static func diagnostic(
        _ copies: [[Int]], _ severity: SetCheck.Severity, _ kind: String, one: String,
        many: String, _ text: String, _ names: CheckNames
    ) -> SetCheck.Diagnostic? {
        guard !copies.isEmpty else { return nil }
        return SetCheck.Diagnostic(
            severity: severity, kind: kind,
            message: "\(copies.count) \(copies.count == 1 ? one : many) \(text)",
            items: copies.map { $0.map(names.image).joined(separator: " = ") })
    }
}
