import Charts
public import Documents
public import FaceEvaluation
import FaceRuns
public import Foundation
import SafeFiles

/// The report of one model on test sets: a self-contained page, the same as Markdown, and the page's charts
/// as pictures.
public struct EvaluationReport: Sendable {
    /// The measurements on one test set.
    public struct TestSet: Sendable {
        /// Name of the test set.
        public var name: String
        /// Curves, rates and the insightface protocol.
        public var report: VerificationReport
        /// The measurements of every protocol.
        public var protocols: [ProtocolResult]
        /// The best threshold and its interval.
        public var threshold: BestThreshold?
        /// The result on LFW's View 1; nil for other sets.
        public var viewOne: ViewOneResult?
        /// Pairs of different people taken for one.
        public var falseAccepts: ErrorGallery
        /// Pairs of one person taken for two.
        public var falseRejects: ErrorGallery
        /// Caveats of the numbers, a sentence each.
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
    /// The results on MegaFace.
    public let megaFace: [(name: String, report: DistractorReport)]
    /// Groups of people and error against rejection, of the sets that have them.
    public let details: [SetDetails]
    /// Thresholds that were carried over from one set to another.
    public let transfers: [ThresholdTransfer]

    /// Creates a report on one model; nothing is rendered yet.
    public init(
        model: String, sets: [TestSet], templates: [(name: String, report: TemplateReport)] = [],
        megaFace: [(name: String, report: DistractorReport)] = [], details: [SetDetails] = [],
        transfers: [ThresholdTransfer] = []
    ) {
        self.model = model
        self.sets = sets
        self.templates = templates
        self.megaFace = megaFace
        self.details = details
        self.transfers = transfers
    }

    /// The files' names, relative to the report's folder, and their texts: `index.html`, `report.md` and
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

    /// Writes the files, each atomically.
    ///
    /// - Returns: The files, the page first.
    /// - Throws: ``FaceReportError`` when one cannot be written.
    @discardableResult
    public func write(to folder: URL) throws(FaceReportError) -> [URL] {
        try AtomicFile.write(render(), to: folder)
    }
}
