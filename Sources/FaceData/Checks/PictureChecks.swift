import SafeNumbers
import Spelling

/// Diagnostics about single pictures and their colours.
enum PictureChecks {
    static func diagnostics(_ survey: ImageSurvey, _ names: CheckNames) -> [SetCheck.Diagnostic] {
        [bad(survey), sizes(survey, names), colours(survey)].compactMap { $0 }
    }

    private static func bad(_ survey: ImageSurvey) -> SetCheck.Diagnostic? {
        guard let first = survey.bad.first else { return nil }
        return SetCheck.Diagnostic(
            severity: .error, kind: "bad-image",
            message: counted(survey.bad.count, "image")
                + " cannot be decoded; the first: \(first.reason)",
            items: survey.bad.map(\.path))
    }

    /// Images whose size is not the most common one.
    private static func sizes(_ survey: ImageSurvey, _ names: CheckNames) -> SetCheck.Diagnostic? {
        let good = survey.sizes.filter { $0.width > 0 }
        let counts = Dictionary(good.map { ($0, 1) }) { $0 + $1 }
        let ordered = counts.sorted { ($1.value, $0.key.width) < ($0.value, $1.key.width) }
        guard let mostCommon = ordered.first?.key, counts.count > 1 else { return nil }
        let others = survey.sizes.indices.filter {
            survey.sizes[$0].width > 0 && survey.sizes[$0] != mostCommon
        }
        let list = ordered.map { "\($0.value) of \($0.key)" }.someJoined()
        return SetCheck.Diagnostic(
            severity: .warning, kind: "size",
            message: "images have \(counts.count) sizes: \(list)", items: others.map(names.image))
    }

    /// Skin of any colour reflects more red than blue, so a mean with more blue indicates swapped
    /// channels.
    private static func colours(_ survey: ImageSurvey) -> SetCheck.Diagnostic? {
        let colour = survey.colour
        guard colour.blue > colour.red + 4 else { return nil }
        func text(_ value: Double) -> String { "\(Int(saturating: value.rounded()))" }
        return SetCheck.Diagnostic(
            severity: .warning, kind: "colour-order",
            message: "the faces are bluish (mean red \(text(colour.red)), blue "
                + "\(text(colour.blue))): red and blue seem to be swapped", items: [])
    }
}
