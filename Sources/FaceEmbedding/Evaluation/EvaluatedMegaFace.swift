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
        let head =
            "\(name): \(counted(report.pairs, "pair")) of images of one person; noise left out: "
            + "\(counted(report.noisyProbes, "probe")) and "
            + counted(report.noisyDistractors, "distractor")
        let lines = report.rates.map { row in
            let interval = report.figures[.rankAmong(1, distractors: row.distractors)].map(
                Self.interval)
            return "  \(counted(row.distractors, "distractor")): rank 1 \(percent(row.rank1))"
                + "\(interval ?? ""), rank 10 \(percent(row.rank10))"
        }
        let tars = report.figures.compactMap { figure -> String? in
            guard case .tar = figure.measure else { return nil }
            return "  \(figure.measure.title): \(percent(figure.value))\(Self.interval(figure))"
        }
        let none = ["  \(TemplateReport.Measure.tar(far: 1e-6).title): -"]
        return ([head] + lines + (tars.isEmpty ? none : tars) + report.warnings.map { "  \($0)" })
            .joined(separator: "\n")
    }

    /// A figure's interval in brackets; empty without one.
    private static func interval(_ figure: TemplateReport.Figure) -> String {
        figure.interval.map { ends in
            " (95 %: \(EvaluatedTemplates.number(ends[0] * 100)) to "
                + "\(EvaluatedTemplates.number(ends[1] * 100)))"
        } ?? ""
    }
}
