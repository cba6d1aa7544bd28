import Documents
public import FaceRuns
public import Foundation
import SafeFiles

/// The report of a study: a pure function of its run folders, and of the test set's pictures if these are
/// given.
///
/// The same run folders give the same bytes. A study that is still running can be reported: cells
/// without a finished run stay empty.
///
/// ```swift
/// let files = try Report(study: URL(fileURLWithPath: "studies/quick")).write()
/// ```
public struct Report: Sendable {
    /// The default title.
    public static let defaultTitle = "Loss functions for deep face recognition, compared"

    /// The default half width of the region of practical equivalence, in points: losses whose accuracies
    /// differ by at most this much count as equal. 0.2 points are 12 of LFW's pairs.
    public static let defaultRope = 0.2

    /// The script of a report's page, without its tags, for serving pages under a content security policy
    /// that forbids inline scripts.
    public static let pageScript = PageScript.text

    /// The study that is reported.
    public let study: StudyFolder
    /// Heading of the report.
    public let title: String
    /// Folder that ``write()`` fills.
    public let destination: URL
    /// The picture of a test set's image as a JPEG file: given the image's name and the test set's.
    public typealias Pictures = @Sendable (_ image: String, _ test: String) -> [UInt8]?
    /// The source of pictures; `nil` for a report without any.
    private let pictures: Pictures?
    private let scope: StudyScope?
    private let rope: Double

    /// Prepares the report of a study's folder; nothing is read yet.
    ///
    /// - Parameters:
    ///   - study: the folder that contains `runs/`.
    ///   - title: the report's heading.
    ///   - destination: the folder for the files; `nil` for `<study>/report`.
    ///   - pictures: the source of the pictures of misclassified pairs, which returns `nil` for a missing
    ///     image; without it, pairs are listed by name only.
    ///   - scope: the planned extent of a study that is still in progress.
    ///   - rope: the largest difference of accuracies that counts as practically equal, in points;
    ///     0...100, with 0 for none.
    public init(
        study: URL, title: String = Report.defaultTitle, destination: URL? = nil,
        pictures: Pictures? = nil, scope: StudyScope? = nil, rope: Double = Report.defaultRope
    ) {
        self.study = StudyFolder(study)
        self.title = title
        self.destination = destination ?? self.study.reportURL
        self.pictures = pictures
        self.scope = scope
        self.rope = rope / 100
    }

    /// Reads the run folders and renders the report in memory.
    ///
    /// A damaged run folder is named in the report and does not stop it.
    ///
    /// - Throws: ``FaceReportError/noRuns(study:damaged:)`` if there is nothing to report.
    public func render() throws(FaceReportError) -> RenderedReport {
        let results = try StudyResults(reading: study, scope: scope)
        let statistics = StudyStatistics(results, rope: rope)
        let tuned = TunedStudy(results, rope: rope)
        let document = Document(
            title: title, results: results, statistics: statistics, tuned: tuned,
            pictures: pictures)
        return RenderedReport(
            html: HTMLPage(document).text,
            markdown: MarkdownPage(document).text,
            csv: ResultsCSV(results).text,
            answer: tuned?.answer ?? StudyAnswer(results, statistics),
            damages: results.damages)
    }

    /// Renders the report and writes its files, each atomically.
    ///
    /// - Returns: the files: `index.html`, `report.md`, `results.csv`.
    @discardableResult
    public func write() throws(FaceReportError) -> [URL] {
        try write(try render())
    }

    /// Writes the files of a rendered report, each atomically.
    ///
    /// - Returns: the files: `index.html`, `report.md`, `results.csv`.
    @discardableResult
    public func write(_ rendered: RenderedReport) throws(FaceReportError) -> [URL] {
        try study.requirePlainFiles()
        return try AtomicFile.write(rendered.files, to: destination)
    }

    /// The runs' folders in the order of the report: by network, training set, loss and seed.
    public func runs() throws(FaceReportError) -> [RunFolder] {
        try StudyResults(reading: study).runs.map { study.run(named: $0.name) }
    }

    /// Writes files for papers: the tables in LaTeX, and each panel of the figures as SVG.
    ///
    /// - Returns: the files: `tables.tex`, and `figures/figure-<number>-<panel>.svg`.
    @discardableResult
    public func writeForPapers() throws(FaceReportError) -> [URL] {
        try study.requirePlainFiles()
        let results = try StudyResults(reading: study)
        let document = Document(
            title: title, results: results, statistics: StudyStatistics(results, rope: rope),
            tuned: TunedStudy(results, rope: rope))
        let figures = PaperFigures.files(document).map { ("figures/\($0.name)", $0.text) }
        return try AtomicFile.write(
            [("tables.tex", LaTeXTables(document).text)] + figures, to: destination)
    }
}

/// The texts of a report.
public struct RenderedReport: Sendable, Hashable {
    /// `index.html`: one self-contained page.
    public let html: String
    /// `report.md`: the same without the figures, whose numbers are in tables.
    public let markdown: String
    /// `results.csv`: one row per run.
    public let csv: String
    /// The summary for a terminal.
    public let answer: StudyAnswer
    /// Sentences on folders and files that could not be read, which are also on the page.
    public let damages: [String]

    /// Whether the page shows pictures of faces.
    public var showsFaces: Bool { html.contains("<img src=\"data:image/jpeg") }

    /// Each text with its file's name.
    public var files: [(name: String, text: String)] {
        [("index.html", html), ("report.md", markdown), ("results.csv", csv)]
    }
}

extension StudyFolder {
    /// Refuses a study that contains links, with this module's error.
    func requirePlainFiles() throws(FaceReportError) {
        do { try requirePlain() } catch { throw .runs(error) }
    }
}
