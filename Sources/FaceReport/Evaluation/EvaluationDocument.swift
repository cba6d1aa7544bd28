import Charts
import Documents
import FaceEvaluation

/// The text, tables and figures of an evaluation's report.
enum EvaluationDocument {
    static func document(_ report: EvaluationReport) -> Document {
        Document(
            title: "Face verification with \(report.model)",
            subtitle: subtitle(report),
            sections: pairs(report.sets)
                + [
                    TemplateSection.section(report.templates, after: report.sets.count),
                    DistractorSection.section(
                        report.megaFace, after: report.sets.count + report.templates.count),
                    GroupsSection.section(report.details), QualitySection.section(report.details),
                    transfers(report.transfers),
                ].compactMap { $0 },
            colophon: "Made by Facet. Accuracies are by the insightface protocol unless another is "
                + "named. This page shows faces and names of people in the test sets.")
    }

    /// The sections on sets of pairs of images.
    private static func pairs(_ sets: [EvaluationReport.TestSet]) -> [Section] {
        guard !sets.isEmpty else { return [] }
        return [result(sets), curves(sets), thresholds(sets), protocols(sets), errors(sets)]
            .compactMap { $0 }
    }

    private static func subtitle(_ report: EvaluationReport) -> RichText {
        let results = report.sets.map { set -> RichText in
            let accuracy = Format.withSign(set.report.insightFace.accuracy)
            return "\(strong: accuracy) on \(set.name)"
        }
        let headlines =
            report.templates.map { ($0.name, $0.report.headline) }
            + report.megaFace.map { ($0.name, $0.report.headline) }
        let others = headlines.compactMap { name, figure -> RichText? in
            guard let figure, let value = figure.value else { return nil }
            return "\(strong: Format.withSign(value)) \(figure.measure.title) on \(name)"
        }
        return RichText.list(results + others) + "."
    }

    // MARK: Result

    private static func result(_ sets: [EvaluationReport.TestSet]) -> Section {
        let rows = sets.map { set -> [Table.Entry] in
            let report = set.report
            let standardDeviation = Format.percent(report.insightFace.standardDeviation)
            return [
                Table.Entry(set.name), Table.Entry(Format.count(report.positives)),
                Table.Entry(Format.count(report.negatives)),
                Table.Entry(
                    Format.percent(report.insightFace.accuracy), detail: "± " + standardDeviation),
                entry(report.roc?.auc) { Format.fixed($0, 4) },
                entry(report.roc?.equalErrorRate) { Format.percent($0) },
                Table.Entry(Format.count(set.falseAccepts.total)),
                Table.Entry(Format.count(set.falseRejects.total)),
                entry(report.meanNorm) { Format.fixed($0, 1) },
            ]
        }
        let table = Table(
            caption: """
                Accuracy and equal error rate (EER) in percent. Accuracy: mean ± standard deviation \
                over the folds, each evaluated at the threshold that is best on the others. AUC: area \
                under the ROC curve. Norm: mean length of the embeddings.
                """,
            columns: [
                .words("Test set"), .numbers("one", group: "Pairs of people"),
                .numbers("two", group: "Pairs of people"), .numbers("Accuracy"), .numbers("AUC"),
                .numbers("EER"), .numbers("accepts", group: "False"),
                .numbers("rejects", group: "False"), .numbers("Norm"),
            ], rows: rows)
        let warnings = sets.flatMap { set in
            set.warnings.map(PathShortener().text).map { warning -> RichText in
                sets.count > 1 ? "\(strong: set.name): \(warning)" : RichText(warning)
            }
        }
        return Section(
            "result", "Result", [.table(table)] + viewOnes(sets) + [.caveats(warnings)])
    }

    private static func viewOnes(_ sets: [EvaluationReport.TestSet]) -> [Block] {
        sets.compactMap { set in
            set.viewOne.map { view in
                let accuracy = Format.withSign(view.accuracy)
                let error = Format.percent(view.standardError)
                let threshold = Format.fixed(view.threshold, 2)
                return .paragraph(
                    """
                    \(set.name) is LFW’s View 1: the threshold of \(threshold) squared L2 was chosen \
                    on \(Format.count(view.trainPairs, "pair")) and gives \(strong: accuracy) (standard error \
                    \(error)) on \(Format.count(view.testPairs, "other", plural: "others")).
                    """)
            }
        }
    }

    private static func entry(_ value: Double?, _ text: (Double) -> String) -> Table.Entry {
        value.map { Table.Entry(text($0)) } ?? .missing
    }

    // MARK: Curves

    private static func curves(_ sets: [EvaluationReport.TestSet]) -> Section {
        let curves = [
            EvaluationCharts.roc(sets).map { Figure.Panel(title: "ROC", chart: $0) },
            EvaluationCharts.det(sets).map { Figure.Panel(title: "DET", chart: $0) },
        ].compactMap { $0 }
        let scores = sets.enumerated().map { slot, set in
            Figure.Panel(
                title: set.name,
                chart: EvaluationCharts.scores(set, SeriesStyle(slot: slot)))
        }
        let figures = [
            Figure(
                caption: """
                    The true acceptance rate (ROC, higher is better) and the false rejection rate (DET, \
                    lower is better) at every false acceptance rate. A curve begins at the \
                    rate of one pair.
                    """, panels: curves),
            Figure(
                caption: """
                    Cosines of the pairs of one person and of different people. The line is the \
                    most accurate threshold, the grey band its 95 % interval.
                    """, panels: scores),
        ]
        return Section(
            "curves", "Curves and scores", figures.filter { !$0.panels.isEmpty }.map(Block.figure))
    }

    // MARK: Thresholds

    private static func thresholds(_ sets: [EvaluationReport.TestSet]) -> Section? {
        let known = sets.filter { $0.threshold != nil }
        guard !known.isEmpty else { return nil }
        return Section(
            "thresholds", "Which threshold to use", [.table(best(known)), .table(rates(known))])
    }

    private static func best(_ sets: [EvaluationReport.TestSet]) -> Table {
        func interval(_ low: Double, _ high: Double) -> String {
            "\(Format.fixed(low, 3)) to \(Format.fixed(high, 3))"
        }
        let rows = sets.compactMap { set -> [Table.Entry]? in
            guard let threshold = set.threshold else { return nil }
            let (best, low, high) = (threshold.best, threshold.lowest, threshold.highest)
            return [
                Table.Entry(set.name), Table.Entry(Format.fixed(best.cosine, 3)),
                Table.Entry(interval(high.cosine, low.cosine)),
                Table.Entry(Format.fixed(best.squaredDistance, 3)),
                Table.Entry(interval(low.squaredDistance, high.squaredDistance)),
                Table.Entry(Format.percent(threshold.accuracy)),
            ]
        }
        return Table(
            caption: """
                The one threshold that classifies most pairs correctly, with a 95 % bootstrap interval \
                over pairs: accept above the cosine, or below the squared L2 distance. Its accuracy \
                in percent is optimistic, as it is chosen on these pairs.
                """,
            columns: [
                .words("Test set"), .numbers("best", group: "Cosine"),
                .numbers("95 %", group: "Cosine"), .numbers("best", group: "Squared L2"),
                .numbers("95 %", group: "Squared L2"), .numbers("Accuracy"),
            ], rows: rows)
    }

    private static func rates(_ sets: [EvaluationReport.TestSet]) -> Table {
        let targets = sets.first?.report.operatingPoints.map(\.targetFAR) ?? []
        let rows = targets.indices.map { position -> [Table.Entry] in
            [Table.Entry(OperatingPoint.text(ofRate: targets[position]))]
                + sets.flatMap { set in rates(set.report.operatingPoints[position]) }
        }
        return Table(
            caption: """
                True acceptance rate (TAR) in percent at a false acceptance rate (FAR), and the \
                cosine above which to accept for it. If the test set has too few pairs of different \
                people for a rate, the number of pairs that it requires is shown instead.
                """,
            columns: [.words("FAR")]
                + sets.flatMap { set in
                    [
                        Table.Column.numbers("TAR", group: set.name),
                        Table.Column.numbers("cosine", group: set.name),
                    ]
                }, rows: rows)
    }

    private static func rates(_ point: OperatingPoint) -> [Table.Entry] {
        guard point.isSupported else {
            let needed = point.negativesNeeded.map { "needs \(Format.count($0))" } ?? "–"
            return [Table.Entry("\(emphasis: needed)"), .missing]
        }
        let cosine = ScoredPair.cosine(squaredDistance: point.threshold)
        return [
            Table.Entry(Format.percent(point.tar)), Table.Entry(Format.fixed(cosine, 3)),
        ]
    }

    private static func transfers(_ transfers: [ThresholdTransfer]) -> Section? {
        guard let first = transfers.first else { return nil }
        let rate = OperatingPoint.text(ofRate: first.targetFAR)
        let rows = transfers.map { transfer in
            [
                Table.Entry(transfer.chosenOn), Table.Entry(transfer.usedOn),
                Table.Entry(Format.fixed(transfer.threshold, 3)),
                Table.Entry(Format.significantFraction(transfer.far)),
                Table.Entry(Format.percent(transfer.tar)),
            ]
        }
        let table = Table(
            caption: """
                The threshold with a FAR of \(rate) on one test set, applied to another: the resulting FAR, and the true \
                acceptance rate (TAR) in percent. Thresholds are cosines, or normalised scores between sets whose scores \
                are normalised.
                """,
            columns: [
                .words("Chosen on"), .words("Used on"), .numbers("Threshold"), .numbers("FAR"),
                .numbers("TAR"),
            ], rows: rows)
        return Section("transfers", "Thresholds on other sets", [.table(table)])
    }

    // MARK: Protocols

    private static func protocols(_ sets: [EvaluationReport.TestSet]) -> Section {
        let known = VerificationProtocol.all.filter { rule in
            sets.contains { $0.protocols.contains { $0.name == rule.name } }
        }
        let rows = known.map { rule -> [Table.Entry] in
            [Table.Entry(rule.title)]
                + sets.flatMap { set in
                    protocolEntries(set.protocols.first { $0.name == rule.name })
                }
        }
        let table = Table(
            caption: """
                The same embeddings evaluated as each system evaluates: accuracy in percent with the \
                spread the system reports, and the mean threshold as a cosine where it is one of \
                the embeddings. Accuracies marked * are chosen on the pairs they are evaluated on.
                """,
            columns: [.words("Protocol")]
                + sets.flatMap { set in
                    [
                        Table.Column.numbers("accuracy", group: set.name),
                        Table.Column.numbers("cosine", group: set.name),
                    ]
                }, rows: rows)
        let reasons = known.map { Block.Term(name: $0.title, value: RichText($0.difference)) }
        return Section(
            "protocols", "Every protocol, side by side",
            [.table(table), .heading("Why they differ"), .terms(reasons)])
    }

    private static func protocolEntries(_ result: ProtocolResult?) -> [Table.Entry] {
        guard let result else { return [.missing, .missing] }
        let mark = result.isOptimistic ? "*" : ""
        let sign = result.spreadKind == .standardError ? "SE " : "± "
        return [
            Table.Entry(
                Format.percent(result.accuracy) + mark,
                detail: result.spread.map { sign + Format.percent($0) }),
            entry(result.cosine) { Format.fixed($0, 3) },
        ]
    }

    // MARK: Errors

    private static func errors(_ sets: [EvaluationReport.TestSet]) -> Section? {
        let blocks = sets.flatMap { set -> [Block] in
            let suffix = sets.count > 1 ? " on \(set.name)" : ""
            return gallery(
                set.falseAccepts, "False accepts\(suffix)",
                "of different people taken for one person, the most similar first")
                + gallery(
                    set.falseRejects, "False rejects\(suffix)",
                    "of one person taken for different people, the least similar first")
        }
        return blocks.isEmpty ? nil : Section("errors", "The worst errors", blocks)
    }

    private static func gallery(
        _ gallery: ErrorGallery, _ title: String, _ what: String
    ) -> [Block] {
        guard gallery.total > 0 else { return [] }
        let count = Format.count(gallery.total, "pair")
        let shown =
            gallery.shown.count < gallery.total
            ? "; \(Format.count(gallery.shown.count)) \(gallery.shown.count == 1 ? "is" : "are") shown"
            : ""
        return [
            .heading(title), .paragraph(RichText("\(count) \(what)\(shown).")), .gallery(gallery),
        ]
    }
}
