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
    package init(title: String, results: StudyResults) {
        self.title = title
        subtitle = AnswerSection.subtitle(results)
        let sections = [
            AnswerSection.section(results),
            AccuracySection.section(results),
            BestEpochSection.section(results),
            ArchitectureSection.section(results),
            TrainingSetSection.section(results),
            CurvesSection.section(results),
            ROCSection.section(results),
            DataSection.section(results),
            RunsSection.section(results),
        ]
        var numbering = Numbering()
        self.sections = sections.compactMap { $0 }.map { numbering.number($0) }
        colophon =
            "Made by Facet from \(Format.count(results.runs.count, "run folder")). The same run "
            + "folders make the same report."
    }
}
