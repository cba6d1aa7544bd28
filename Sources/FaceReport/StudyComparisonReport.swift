import Documents
public import FaceRuns
public import Foundation
import SafeFiles

/// Two studies side by side: every difference of their configurations, the difference of every cell
/// they share, and, only where they are repetitions of one another, both taken together.
public struct StudyComparisonReport: Sendable {
    /// The first study.
    public let first: StudyFolder
    /// The second study.
    public let second: StudyFolder
    /// Folder that ``write()`` fills.
    public let destination: URL

    /// Prepares the comparison of two studies' folders; nothing is read yet.
    ///
    /// - Parameters:
    ///   - destination: where the files go; `<second>/comparison` where it is `nil`.
    public init(_ first: URL, _ second: URL, destination: URL? = nil) {
        self.first = StudyFolder(first)
        self.second = StudyFolder(second)
        self.destination = destination ?? second.appendingPathComponent("comparison")
    }

    /// Reads both studies and renders the comparison in memory.
    ///
    /// - Throws: ``FaceReportError`` where one of them has nothing to report.
    public func render() throws(FaceReportError) -> (html: String, markdown: String) {
        let document = Document(
            comparing: try StudyResults(reading: first), named: first.url.lastPathComponent,
            with: try StudyResults(reading: second), named: second.url.lastPathComponent)
        return (HTMLPage(document).text, MarkdownPage(document).text)
    }

    /// What a terminal shows of the comparison: what differs, and what that changes.
    ///
    /// - Throws: ``FaceReportError`` where one of them has nothing to report.
    public func summary() throws(FaceReportError) -> StudyComparisonSummary {
        StudyComparisonSummary(
            try StudyResults(reading: first), try StudyResults(reading: second),
            names: [first.url.lastPathComponent, second.url.lastPathComponent])
    }

    /// Renders the comparison and writes its files, each atomically.
    ///
    /// - Returns: the files: `index.html`, `comparison.md`.
    @discardableResult
    public func write() throws(FaceReportError) -> [URL] {
        try first.requirePlainFiles()
        try second.requirePlainFiles()
        let texts = try render()
        return try AtomicFile.write(
            [("index.html", texts.html), ("comparison.md", texts.markdown)], to: destination)
    }
}

extension AtomicFile {
    /// Writes texts under their names into a folder, in which no link may stand in their place.
    static func write(
        _ files: [(name: String, text: String)], to folder: URL
    ) throws(FaceReportError) -> [URL] {
        do {
            try PlainFile.require(files.map(\.name), in: folder)
        } catch {
            throw .runs(FaceRunsError(error))
        }
        var urls: [URL] = []
        for (name, text) in files {
            let url = folder.appendingPathComponent(name)
            do {
                try write(text, to: url)
            } catch {
                throw .runs(FaceRunsError(error))
            }
            urls.append(url)
        }
        return urls
    }
}
