import Documents
public import FaceRuns
public import Foundation
import SafeFiles

/// A comparison of two studies: every difference of their configurations, the difference of every common
/// cell, and, only if they are repetitions of one another, pooled results.
public struct StudyComparisonReport: Sendable {
    /// Folder of the first study.
    public let first: StudyFolder
    /// Folder of the second study.
    public let second: StudyFolder
    /// Folder that ``write()`` fills.
    public let destination: URL

    /// Prepares the comparison of two studies' folders; nothing is read yet.
    ///
    /// - Parameters:
    ///   - destination: the folder for the files; `nil` for `<second>/comparison`.
    public init(_ first: URL, _ second: URL, destination: URL? = nil) {
        self.first = StudyFolder(first)
        self.second = StudyFolder(second)
        self.destination = destination ?? second.appendingPathComponent("comparison")
    }

    /// Reads both studies and renders the comparison in memory.
    ///
    /// - Throws: ``FaceReportError`` if one of them has nothing to report.
    public func render() throws(FaceReportError) -> (html: String, markdown: String) {
        let document = Document(
            comparing: try StudyResults(reading: first), named: first.url.lastPathComponent,
            with: try StudyResults(reading: second), named: second.url.lastPathComponent)
        return (HTMLPage(document).text, MarkdownPage(document).text)
    }

    /// The summary for a terminal: the differing settings and their effect.
    ///
    /// - Throws: ``FaceReportError`` if one of them has nothing to report.
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
    /// Writes texts under their names into a folder, unless one of the files is a link.
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
