import Spelling

/// Diagnostics about people and pictures that a training set shares with a test set.
enum OverlapChecks {
    static func diagnostics(
        _ set: LabelledImageSet, _ survey: ImageSurvey, _ testSet: SetCheck.TestSet
    ) throws -> [SetCheck.Diagnostic] {
        let matches = try PictureIndex(testSet.survey.pictures).matches(
            in: survey.pictures, threads: survey.threads)
        let overlap = SetOverlap(
            of: set, with: testSet.pairs, indices: Set(matches.map(\.index)).sorted())
        return [
            byName(overlap, testSet), byPicture(overlap, testSet),
            crop(set, survey, testSet),
        ].compactMap { $0 }
    }

    private static func byName(
        _ overlap: SetOverlap, _ testSet: SetCheck.TestSet
    ) -> SetCheck.Diagnostic? {
        guard !overlap.people.isEmpty else { return nil }
        let (people, respelt) = (overlap.people, overlap.respellings)
        let exact = people.count - respelt.count
        let isOne = people.count == 1
        let numbers = overlap.shared.count { PersonName($0.name).isNumber }
        return SetCheck.Diagnostic(
            severity: .warning, kind: "overlap-name",
            message: "\(counted(people.count, "person", "people")) of \(quoted: testSet.name) "
                + "\(isOne ? "is" : "are") also in the set (\(exact) with the same name"
                + (respelt.isEmpty
                    ? "" : ", \(respelt.count) spelt differently: \(respelt.someJoined())")
                + (numbers == 0
                    ? "" : ", \(numbers) by number only, which may be a coincidence")
                + "), so accuracy on it would be optimistic: " + people.someJoined(), items: people)
    }

    private static func byPicture(
        _ overlap: SetOverlap, _ testSet: SetCheck.TestSet
    ) -> SetCheck.Diagnostic? {
        guard overlap.pictures > 0 else { return nil }
        return SetCheck.Diagnostic(
            severity: .warning, kind: "overlap-picture",
            message: counted(overlap.pictures, "picture")
                + " of \(quoted: testSet.name) \(overlap.pictures == 1 ? "is" : "are") also in the set, "
                + "of \(counted(overlap.owners.count, "identity", "identities")): "
                + overlap.owners.someJoined(), items: overlap.owners)
    }

    private static func crop(
        _ set: LabelledImageSet, _ survey: ImageSurvey, _ testSet: SetCheck.TestSet
    ) -> SetCheck.Diagnostic? {
        MeanFace.warning(
            train: survey.meanFace, test: testSet.survey.meanFace,
            people: min(set.identities.count, testSet.pairs.minPeople)
        ).map {
            SetCheck.Diagnostic(
                severity: .warning, kind: "crop", message: "\(quoted: testSet.name): \($0)",
                items: [])
        }
    }
}
