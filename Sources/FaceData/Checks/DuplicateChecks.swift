/// Findings about pictures that a set has more than once.
enum DuplicateChecks {
    static func findings(_ survey: ImageSurvey, _ names: CheckNames) -> [SetCheck.Finding] {
        var groups: [PictureFingerprint: [Int]] = [:]
        for (place, fingerprint) in survey.fingerprints.enumerated() {
            if let fingerprint { groups[fingerprint, default: []].append(place) }
        }
        let copies = groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
        guard !copies.isEmpty else { return [] }
        // A test set names an image in many pairs, and packs hold it as often.
        guard names.owner(0) != nil else { return [] }
        let across = copies.filter { Set($0.compactMap(names.owner)).count > 1 }
        let within = copies.filter { Set($0.compactMap(names.owner)).count == 1 }
        return [
            finding(
                within, .note, "duplicate-image",
                "pictures stand more than once under one identity", names),
            finding(
                across, .warning, "duplicate-across",
                "pictures stand under two identities or more: one of the labels is wrong, or two "
                    + "identities are one person", names),
        ].compactMap { $0 }
    }

    private static func finding(
        _ copies: [[Int]], _ severity: SetCheck.Severity, _ kind: String, _ text: String,
        _ names: CheckNames
    ) -> SetCheck.Finding? {
        guard !copies.isEmpty else { return nil }
        return SetCheck.Finding(
            severity: severity, kind: kind,
            message: "\(copies.count) \(text)",
            items: copies.map { $0.map(names.image).joined(separator: " = ") })
    }
}
