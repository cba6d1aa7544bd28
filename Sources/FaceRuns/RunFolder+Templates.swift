public import FaceEvaluation
public import Foundation
import SafeFiles

/// A report's data on a test set of templates.
public struct TemplateTestFacts: Codable, Sendable, Hashable {
    /// Name given to the set.
    public var name: String
    /// Templates of the set.
    public var templates: Int
    /// SHA-256 over the names and contents of the images, in hexadecimal.
    public var contentHash: String?

    /// Creates the description of a set of templates.
    public init(name: String, templates: Int, contentHash: String? = nil) {
        self.name = name
        self.templates = templates
        self.contentHash = contentHash
    }
}

extension RunFolder {
    /// File of the `TemplateReport` of the last epoch's backbone on a test set of templates:
    /// `identification/<test>.json`, named as ``scoresURL(test:)`` names its files.
    public func templatesURL(test: String) -> URL {
        let name = scoresURL(test: test).deletingPathExtension().lastPathComponent
        return url.appendingPathComponent("identification").appendingPathComponent("\(name).json")
    }

    /// Writes `identification/<test>.json`, atomically.
    public func write(_ report: TemplateReport, test: String) throws(FaceRunsError) {
        let url = templatesURL(test: test)
        let data = try JSONRecord.file(report, path: url.path)
        try FaceRunsError.storing { () throws(SafeFilesError) in try AtomicFile.write(data, to: url)
        }
    }

    /// Reads `identification/<test>.json`; nil if there is none.
    public func readTemplates(test: String) throws(FaceRunsError) -> TemplateReport? {
        let url = templatesURL(test: test)
        guard let data = try read(url) else { return nil }
        let report = try JSONRecord.decode(TemplateReport.self, from: data, path: url.path)
        if let reason = report.damage {
            throw .damagedFile(path: url.path, line: nil, reason: reason)
        }
        return report
    }
}

extension TemplateReport {
    /// The error in a record that was not written by this program; nil if there is none.
    fileprivate var damage: String? {
        for figure in figures {
            let numbers =
                [figure.value, figure.insightFace].compactMap { $0 } + (figure.interval ?? [])
            if !numbers.allSatisfy({ (0...1).contains($0) })
                || ![nil, 2].contains(figure.interval?.count)
            {
                return "'\(figure.measure.title)' is not a fraction with an interval"
            }
            guard let draws = figure.replicates else { continue }
            if !(draws.draws + draws.withoutGroups + [draws.estimate]).allSatisfy((0...1).contains)
                || draws.people < 0
            {
                return "the draws of '\(figure.measure.title)' are not fractions"
            }
        }
        return nil
    }
}
