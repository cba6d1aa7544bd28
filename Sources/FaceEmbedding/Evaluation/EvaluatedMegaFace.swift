public import FaceData
public import FaceEvaluation
import Foundation
import Spelling

/// The results of one model, or of its feature files, on MegaFace.
public struct EvaluatedMegaFace: Sendable {
    /// The test set's name.
    public let name: String
    /// The numbers.
    public let report: DistractorReport

    /// Memberwise initialiser.
    public init(name: String, report: DistractorReport) {
        self.name = name
        self.report = report
    }

    /// Searches with features read from files.
    ///
    /// - Throws: `FaceEvaluationError` for a feature without a direction.
    public init(name: String, _ features: MegaFaceFeatures) throws {
        func table(_ values: [Float]) throws -> EmbeddingTable {
            try EmbeddingTable(
                count: values.count / features.dimension, dimension: features.dimension,
                values: values
            ).normalized()
        }
        self.init(
            name: name,
            report: try DistractorReport(
                probes: table(features.probes), people: features.people,
                distractors: table(features.distractors), noisy: features.noisy,
                product: TemplateProduct.torch))
    }

    /// The numbers as text for a terminal.
    public var text: String {
        func percent(_ value: Double?) -> String { value.map(EvaluatedTemplates.percent) ?? "-" }
        let failed =
            report.failedPairs > 0
            ? "; \(counted(report.failedPairs, "pair")) with a probe that failed count as misses"
            : ""
        let head =
            "\(name): \(counted(report.pairs, "pair")) of images of one person; noise left out: "
            + "\(counted(report.noisyProbes, "probe")) and "
            + "\(counted(report.noisyDistractors, "distractor"))\(failed)"
        let lines = report.rates.map { row in
            "  \(counted(row.distractors, "distractor")): rank 1 \(percent(row.rank1)), rank 10 "
                + percent(row.rank10)
        }
        return ([head] + lines + ["  TAR at FAR 1e-6: \(percent(report.tarAtFAR1e6))"])
            .joined(separator: "\n")
    }
}
