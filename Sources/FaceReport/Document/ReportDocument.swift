/// The report before it is HTML or Markdown.
package struct ReportDocument: Sendable {
    /// Heading.
    package let title: String
    /// What was compared, on what, and how far the study is.
    package let subtitle: RichText
    /// The parts, their figures and tables numbered.
    package let sections: [Section]
    /// How the report was made.
    package let colophon: String

    /// Joins the parts of a report, and numbers their figures and tables.
    package init(title: String, subtitle: RichText, sections: [Section], colophon: String) {
        var numbering = Numbering()
        self.title = title
        self.subtitle = subtitle
        self.sections = sections.map { numbering.number($0) }
        self.colophon = colophon
    }

    /// Writes the report of a study's results.
    package init(
        title: String, results: StudyResults, statistics: StudyStatistics? = nil,
        pictures: Report.Pictures? = nil
    ) {
        self.title = title
        subtitle = AnswerSection.subtitle(results)
        let statistics = statistics ?? StudyStatistics(results)
        let sections = [
            AnswerSection.section(results, statistics),
            AccuracySection.section(results),
            CertaintySection.section(results, statistics),
            ComparisonSection.section(results, statistics),
            RankSection.section(results),
            BestEpochSection.section(results),
            ConvergenceSection.section(results),
            ValidationSection.section(results),
            ArchitectureSection.section(results),
            TrainingSetSection.section(results),
            CurvesSection.section(results),
            ROCSection.section(results),
            ScoresSection.section(results),
            GeometrySection.section(results),
            ErrorsSection.section(results, pictures),
            PublishedSection.section(results),
            CostSection.section(results),
            DataSection.section(results),
            RunsSection.section(results),
        ]
        var numbering = Numbering()
        self.sections = sections.compactMap { $0 }.map { numbering.number($0) }
        colophon =
            Self.colophon(results.runs.count)
            + (pictures == nil
                ? " It names people and files of the sets."
                : " It shows faces and names of people in the test set.")
    }

    /// Writes the comparison of two studies' results.
    package init(
        comparing first: StudyResults, named firstName: String, with second: StudyResults,
        named secondName: String
    ) {
        let names = (firstName, secondName)
        title = "Two studies compared: \(firstName) and \(secondName)"
        subtitle = StudyComparisonSections.subtitle(first, second, names: names)
        var numbering = Numbering()
        sections = StudyComparisonSections.all(first, second, names: names).map {
            numbering.number($0)
        }
        colophon = Self.colophon(first.runs.count + second.runs.count)
    }

    private static func colophon(_ runs: Int) -> String {
        "Made by Facet from \(Format.count(runs, "run folder")). The same run "
            + "folders make the same report."
    }
}
