package import FaceEvaluation

/// The last model's results on a test set of templates, or on MegaFace.
package enum IdentificationResult: Sendable {
    case templates(TemplateReport)
    case distractors(DistractorReport)

    /// The figures with their intervals.
    package var figures: [TemplateReport.Figure] {
        switch self {
        case .templates(let report): report.figures
        case .distractors(let report): report.figures
        }
    }

    /// The figures on which losses are compared.
    package var comparedFigures: [TemplateReport.Figure] {
        switch self {
        case .templates(let report): report.figures
        case .distractors(let report): report.comparedFigures
        }
    }

    /// The figure that represents the set in one line.
    package var headline: TemplateReport.Figure? {
        switch self {
        case .templates(let report): report.headline
        case .distractors(let report): report.headline
        }
    }

    /// Warnings about the numbers, one sentence each.
    package var warnings: [String] {
        switch self {
        case .templates(let report): report.warnings
        case .distractors(let report): report.warnings
        }
    }

    /// The value of a figure; nil if the set does not define it.
    package func value(_ measure: TemplateReport.Measure) -> Double? {
        figures[measure]?.value
    }
}

extension DistractorReport {
    /// The figure that represents the set in one line: rank 1 among all distractors.
    var headline: TemplateReport.Figure? { comparedFigures.first { $0.value != nil } }
}
