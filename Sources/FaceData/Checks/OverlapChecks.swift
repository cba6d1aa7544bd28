/// Findings about what a training set shares with a test set.
enum OverlapChecks {
    static func findings(
        _ set: LabelledImageSet, _ survey: ImageSurvey, _ names: CheckNames,
        _ opponent: SetCheck.Opponent
    ) -> [SetCheck.Finding] {
        [
            byName(set, opponent), byPicture(survey, names, opponent), crop(survey, opponent),
        ].compactMap { $0 }
    }

    private static func byName(
        _ set: LabelledImageSet, _ opponent: SetCheck.Opponent
    ) -> SetCheck.Finding? {
        let shared = Set(opponent.pairs.overlap(with: set.identities).map(VerificationPairs.plain))
        guard !shared.isEmpty else { return nil }
        let own = set.identities.filter { shared.contains(VerificationPairs.plain($0)) }
        return SetCheck.Finding(
            severity: .warning, kind: "overlap-name",
            message:
                "\(own.count) people of '\(opponent.name)' are in the set as well, which makes "
                + "its figures too good: \(own.someJoined)", items: own)
    }

    private static func byPicture(
        _ survey: ImageSurvey, _ names: CheckNames, _ opponent: SetCheck.Opponent
    ) -> SetCheck.Finding? {
        let theirs = Set(opponent.survey.fingerprints.compactMap { $0 })
        let shared = survey.fingerprints.indices.filter { place in
            survey.fingerprints[place].map(theirs.contains) ?? false
        }
        let owners = Set(shared.compactMap(names.owner)).sorted()
        guard !owners.isEmpty else { return nil }
        return SetCheck.Finding(
            severity: .warning, kind: "overlap-picture",
            message: "\(shared.count) pictures of '\(opponent.name)' are in the set as well, of "
                + "\(owners.count) identities: \(owners.someJoined)", items: owners)
    }

    private static func crop(
        _ survey: ImageSurvey, _ opponent: SetCheck.Opponent
    ) -> SetCheck.Finding? {
        MeanFace.warning(train: survey.meanFace, test: opponent.survey.meanFace).map {
            SetCheck.Finding(
                severity: .warning, kind: "crop", message: "'\(opponent.name)': \($0)", items: [])
        }
    }
}
