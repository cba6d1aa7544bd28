import Charts
import Documents
import FaceRuns
import FaceStatistics

/// Values that were tuned in another study: where they were tuned and are used, and whether they transfer.
enum ForeignTuningSection {
    static func section(_ study: ForeignTuning) -> Section {
        let introduction: RichText = """
            These losses have values that were tuned in another study. Whether such values transfer to \
            another network or training set can be seen if the same loss was also trained at its \
            default, with the same seeds.
            """
        return Section(
            "tuned-elsewhere", "Values tuned in another study",
            [
                .paragraph(introduction), .list(study.losses.map { sentence($0, study) }),
                .table(table(study)),
            ])
    }

    /// How the configuration in which values are used differs from the one in which they were tuned.
    private static func change(_ loss: ForeignLoss) -> String {
        let network = loss.origin.backbone == loss.configuration.backbone
        let set = loss.origin.trainSet == loss.configuration.trainSet
        return "\(network ? "the same" : "another") network and \(set ? "the same" : "another") "
            + "training set"
    }

    private static func sentence(_ loss: ForeignLoss, _ study: ForeignTuning) -> RichText {
        let name: RichText = """
            \(strong: loss.title), tuned with \(loss.origin.backbone) on \(loss.origin.trainSet), used \
            with \(loss.configuration.backbone) on \(loss.configuration.trainSet) (\(change(loss))): 
            """
        guard !loss.standard.runs.isEmpty else {
            return name + """
                it is not known whether the values transfer, because the study has no runs at the default; add \
                \(code: loss.origin.loss) to its losses.
                """
        }
        guard let gain = loss.gain else {
            return name + "no seed has finished both with the values and at the default."
        }
        return name + TuningGains.words(gain, rope: study.rope) + verdict(gain, rope: study.rope)
    }

    /// Whether values transfer: whether they are almost certainly not worse than the default, or worse.
    private static func verdict(_ gain: SeedPairEstimate, rope: Double) -> RichText {
        guard let found = gain.posterior?.probabilities(rope: rope) else { return "" }
        let level = Interval.defaultLevel
        if found.worse > level { return " They do not transfer: the default is better." }
        if found.better > level { return " They transfer, and are better than the default." }
        if 1 - found.worse > level { return " They transfer: they are not worse than the default." }
        return " Whether they transfer is not known yet."
    }

    private static func table(_ study: ForeignTuning) -> Table {
        let groups = [
            Table.Group(
                title: nil,
                rows: study.losses.map { loss in
                    let cells = [loss.standard, loss.tuned].map {
                        AccuracySection.entries([$0]) { $0.accuracy(on: study.test) }[0]
                    }
                    return [
                        Table.Entry(loss.title, key: loss.series.style),
                        Table.Entry(loss.origin.study ?? ""),
                        Table.Entry("\(loss.origin.backbone) on \(loss.origin.trainSet)"),
                        Table.Entry(
                            loss.role.map { Format.count($0.tries) } ?? "–"), there(loss.role),
                        Table.Entry(
                            "\(loss.configuration.backbone) on \(loss.configuration.trainSet)"),
                    ] + cells
                        + TuningGains.entries(loss.gain, adjusted: loss.adjusted, rope: study.rope)
                        + [Table.Entry(RichText(TuningGains.values(loss.role?.parameters ?? [:])))]
                })
        ]
        return Table(
            caption: """
                Accuracy on \(study.test) in percent at the default and with the values tuned in another \
                study, where they are used. Gain there: of the chosen values against the default on the \
                held-out identities of that study, one seed. The gain here with its 95 % interval is \
                taken seed by seed and pair by pair; it is bold where it is significant at 5 % over \
                all rows (Holm). \(EquivalenceText.note(rope: study.rope))
                """,
            columns: [
                .words("Loss"), .words("Study"), .words("Tuned on"), .numbers("Tries"),
                .numbers("Gain there, points"), .words("Used on"), .numbers("Default"),
                .numbers("Tuned"),
                .numbers("Gain, points"), .numbers("95 % interval"),
                EquivalenceText.column(rope: study.rope), .words("Values"),
            ], groups: groups)
    }

    /// The gain of the values where they were tuned.
    private static func there(_ role: TuningRole?) -> Table.Entry {
        guard let before = role?.standardScore, let after = role?.chosenScore else {
            return .missing
        }
        return Table.Entry(Format.signed((after - before) * 100, 2))
    }
}
