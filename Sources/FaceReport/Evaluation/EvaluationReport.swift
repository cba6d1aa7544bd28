import Charts
public import Documents
public import FaceEvaluation
import FaceRuns
public import Foundation
import SafeFiles

/// The report of one model on test sets: a page that needs no other file, the same as Markdown, and
/// the page's charts as pictures.
public struct EvaluationReport: Sendable {
    /// What was measured on one test set.
    public struct TestSet: Sendable {
        /// Name of the test set.
        public var name: String
        /// Curves, rates and the insightface protocol.
        public var report: VerificationReport
        /// What every protocol measured.
        public var protocols: [ProtocolResult]
        /// The best threshold and its interval.
        public var threshold: BestThreshold?
        /// LFW's View 1, where the set is one.
        public var viewOne: ViewOneResult?
        /// Pairs of different people taken for one.
        public var falseAccepts: ErrorGallery
        /// Pairs of one person taken for two.
        public var falseRejects: ErrorGallery
        /// What the reader of the numbers must know, a sentence each.
        public var warnings: [String]

        /// Memberwise initialiser.
        public init(
            name: String, report: VerificationReport, protocols: [ProtocolResult],
            threshold: BestThreshold?, viewOne: ViewOneResult?, falseAccepts: ErrorGallery,
            falseRejects: ErrorGallery, warnings: [String]
        ) {
            self.name = name
            self.report = report
            self.protocols = protocols
            self.threshold = threshold
            self.viewOne = viewOne
            self.falseAccepts = falseAccepts
            self.falseRejects = falseRejects
            self.warnings = warnings
        }
    }

    /// Name of the model.
    public let model: String
    /// The test sets of pairs of images, in their order.
    public let sets: [TestSet]
    /// The test sets of templates, in their order.
    public let templates: [(name: String, report: TemplateReport)]

    /// Prepares a report.
    public init(
        model: String, sets: [TestSet], templates: [(name: String, report: TemplateReport)] = []
    ) {
        self.model = model
        self.sets = sets
        self.templates = templates
    }

    /// The files' names, relative to their folder, and their texts: `index.html`, `report.md` and
    /// `pictures/*.svg`.
    public func render() -> [(name: String, text: String)] {
        let document = EvaluationDocument.document(self)
        let pictures = EvaluationCharts.all(sets).map { picture in
            (
                name: "pictures/\(picture.file).svg",
                text: picture.chart.file(id: picture.file, title: picture.title)
            )
        }
        return [
            ("index.html", HTMLPage(document).text), ("report.md", MarkdownPage(document).text),
        ] + pictures
    }

    /// Writes the files, each as a whole or not at all.
    ///
    /// - Returns: The files, the page first.
    /// - Throws: ``FaceReportError`` when one cannot be written.
    @discardableResult
    public func write(to folder: URL) throws(FaceReportError) -> [URL] {
        try AtomicFile.write(render(), to: folder)
    }
}
