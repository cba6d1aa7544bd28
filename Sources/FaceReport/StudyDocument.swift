package import Documents
import Charts

extension Document {
    /// Writes the report of a study's results.
    package init(
        title: String, results: StudyResults, statistics: StudyStatistics,
        tuned: TunedStudy? = nil, pictures: Report.Pictures? = nil
    ) {
        let plan = Self.plan(results, statistics, pictures, tuned)
        let faces =
            pictures == nil
            ? " It names people and files of the sets."
            : " It shows faces and names of people in the test set."
        self.init(
            title: title, subtitle: AnswerSection.subtitle(results),
            sections: plan.compactMap { $0.drawn() },
            colophon: Self.colophon(results.runs.count) + faces)
    }

    /// The sections of a study's report in their order.
    package static func plan(
        _ results: StudyResults, _ statistics: StudyStatistics, _ pictures: Report.Pictures?,
        _ tuned: TunedStudy? = nil
    ) -> [PlannedSection] {
        [
            .init("answer", "The short answer") {
                AnswerSection.section(results, statistics, tuned)
            },
            .init("tuning", "Tuned with the same budget") {
                tuned.map(TuningSection.section)
            },
            .init("tuned-elsewhere", "Values tuned in another study") {
                ForeignTuning(results, rope: statistics.rope).map(ForeignTuningSection.section)
            },
            .init("accuracy", "Accuracy") { AccuracySection.section(results) },
            .init("start", "From the untouched network") { StartSection.section(results) },
            .init("certainty", "Uncertainty of the accuracies") {
                try CertaintySection.section(results, statistics)
            },
            .init("comparisons", ComparisonSection.title) {
                try ComparisonSection.section(results, statistics)
            },
            .init("ranks", "Ranks over all configurations and test sets") {
                try RankSection.section(results)
            },
            .init("identification", "Templates and identification") {
                IdentificationSection.section(results)
            },
            .init("groups", "Groups of people") { GroupsSection.section(results) },
            .init("quality", "Errors against rejected pairs") { QualitySection.section(results) },
            .init("best", "Best accuracy, and epochs to it") { BestEpochSection.section(results) },
            .init("convergence", "Convergence and choice of epoch") {
                ConvergenceSection.section(results)
            },
            .init("validation", "Convergence on held-out identities") {
                ValidationSection.section(results)
            },
            .init("architecture", "Effect of the architecture") {
                ArchitectureSection.section(results)
            },
            .init("training-set", "Effect of the training set") {
                TrainingSetSection.section(results)
            },
            .init("curves", "Curves by epoch") { CurvesSection.section(results) },
            .init("roc", "Verification at every threshold") { ROCSection.section(results) },
            .init("scores", "Distances of the pairs") { try ScoresSection.section(results) },
            .init("geometry", "Geometry of the embeddings") { GeometrySection.section(results) },
            .init("errors", "Misclassified pairs") {
                ErrorsSection.section(results, pictures)
            },
            .init("published", "What others report on LFW") { PublishedSection.section(results) },
            .init("cost", "Time and cost") { CostSection.section(results) },
            .init("data", "Data and losses") { DataSection.section(results) },
            .init("runs", "Runs") { try RunsSection.section(results) },
        ]
    }

    /// Writes the comparison of two studies' results.
    package init(
        comparing first: StudyResults, named firstName: String, with second: StudyResults,
        named secondName: String
    ) {
        let names = (firstName, secondName)
        self.init(
            title: "Two studies compared: \(firstName) and \(secondName)",
            subtitle: StudyComparisonSections.subtitle(first, second, names: names),
            sections: StudyComparisonSections.all(first, second, names: names),
            colophon: Self.colophon(first.runs.count + second.runs.count))
    }

    private static func colophon(_ runs: Int) -> String {
        "Made by Facet from \(Format.count(runs, "run folder")). The same run "
            + "folders make the same report."
    }
}
