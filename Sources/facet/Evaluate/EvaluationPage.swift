import Documents
import FaceEmbedding
import FaceEvaluation
import FaceReport
import Foundation

/// Converts measurements to a report, whose modules are independent of each other.
enum EvaluationPage {
    /// Writes the page and its pictures into a folder, the page first.
    ///
    /// - Parameters:
    ///   - model: The model's name.
    ///   - worst: Number of errors of each kind to show.
    static func write(
        _ results: EvaluationResults, of model: URL, worst: Int, to folder: URL
    ) throws -> [URL] {
        let report = EvaluationReport(
            model: model.lastPathComponent,
            sets: try results.sets.map { try set($0, worst: worst) },
            templates: results.templates.map { ($0.name, $0.report) },
            megaFace: results.megaFace.map { ($0.name, $0.report) },
            details: results.details.sets, transfers: results.details.transfers)
        return try report.write(to: folder)
    }

    private static func set(_ set: EvaluatedSet, worst: Int) throws -> EvaluationReport.TestSet {
        EvaluationReport.TestSet(
            name: set.name, report: set.report, protocols: set.comparison.results,
            threshold: set.threshold, viewOne: set.viewOne,
            falseAccepts: try gallery(set, set.errors.falseAccepts, worst),
            falseRejects: try gallery(set, set.errors.falseRejects, worst),
            warnings: set.warnings)
    }

    private static func gallery(
        _ set: EvaluatedSet, _ entries: [VerificationErrors.Entry], _ worst: Int
    ) throws -> ErrorGallery {
        ErrorGallery(
            total: entries.count,
            shown: try entries.prefix(worst).map { entry in
                let names = set.names(of: entry.pair)
                let pictures = try set.pictures(of: entry.pair)
                return ErrorGallery.Pair(
                    first: .init(name: names.first, jpeg: pictures.first),
                    second: .init(name: names.second, jpeg: pictures.second),
                    cosine: entry.cosine,
                    threshold: ScoredPair.cosine(squaredDistance: entry.threshold))
            })
    }
}
