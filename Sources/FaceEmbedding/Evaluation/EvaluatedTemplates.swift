public import FaceEvaluation
import FaceStatistics
import Foundation
import Spelling
import Torch

/// One model's results on one test set of templates.
public struct EvaluatedTemplates: Sendable {
    /// The test set's name.
    public let name: String
    /// Verification and identification rates.
    public let report: TemplateReport

    /// Memberwise initialiser.
    public init(name: String, report: TemplateReport) {
        self.name = name
        self.report = report
    }

    /// The numbers as text for a terminal.
    var text: String {
        var lines = ["\(name): \(summary)"]
        if !report.figures.isEmpty {
            lines.append(
                "  \("".padded(22))\("found".padded(12))\("95 % interval".padded(20))insightface")
        }
        lines += report.figures.map { figure in
            let value = figure.value.map { Self.percent($0) } ?? "-"
            let interval = figure.interval.map {
                "\(Self.number($0[0] * 100)) to \(Self.number($0[1] * 100))"
            }
            let needed = figure.value == nil ? figure.needed.map { "needs \(grouped($0))" } : nil
            let other = figure.insightFace.map { Self.percent($0) } ?? ""
            return "  \(figure.measure.title.padded(22))\(value.padded(12))"
                + "\((interval ?? needed ?? "").padded(20))\(other)"
        }
        return (lines + report.warnings.map { "  \($0)" }).joined(separator: "\n")
    }

    private var summary: String {
        var parts = [
            "\(counted(report.templates, "template")) of \(counted(report.images, "image")) "
                + "and \(counted(report.people, "person", "people"))"
        ]
        if let normalization = report.normalization {
            parts.append("scores normalised: \(normalization)")
        }
        if report.genuine + report.impostor > 0 {
            parts.append(
                "\(counted(report.genuine, "pair")) of one person and \(grouped(report.impostor)) of two"
            )
        }
        if report.mated + report.nonmated > 0 {
            parts.append(
                "\(counted(report.mated, "search", "searches")) for enrolled people and "
                    + "\(grouped(report.nonmated)) for others in "
                    + report.galleries.map(grouped).joined(separator: " and ")
                    + " templates")
        }
        return parts.joined(separator: "; ")
    }

    static func percent(_ fraction: Double) -> String { number(fraction * 100) + " %" }

    static func number(_ value: Double) -> String { String(format: "%.2f", value) }
}

extension String {
    fileprivate func padded(_ width: Int) -> String {
        padding(toLength: max(width, count + 1), withPad: " ", startingAt: 0)
    }
}

/// The entry of a test set of any kind in `metrics.json`.
enum SetMetrics: Codable, Hashable {
    case pairs(EvaluatedSet.Metrics)
    case templates(TemplateReport)
    case megaFace(DistractorReport)

    init(from decoder: any Decoder) throws {
        if let report = try? DistractorReport(from: decoder) {
            self = .megaFace(report)
        } else if let report = try? TemplateReport(from: decoder) {
            self = .templates(report)
        } else {
            self = .pairs(try EvaluatedSet.Metrics(from: decoder))
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .pairs(let metrics): try metrics.encode(to: encoder)
        case .templates(let report): try report.encode(to: encoder)
        case .megaFace(let report): try report.encode(to: encoder)
        }
    }
}

/// Two models on the same templates, or on MegaFace.
struct TemplateDifference: Codable, Hashable {
    var test: String
    var measure: String
    var first: String
    var second: String
    /// The first model's figure minus the second's; -1...1.
    var difference: Double
    /// The 95 % confidence interval of the difference for other people.
    var interval: [Double]
    /// p-value of the difference, corrected for all measures and sets (Holm).
    var pValue: Double

    /// The differences of all pairs of models on every figure that both have.
    static func all(_ models: [(name: String, results: EvaluationResults)]) -> [TemplateDifference]
    {
        var differences: [TemplateDifference] = []
        for set in models.first?.results.comparedFigures.indices ?? 0..<0 {
            for first in models.indices {
                for second in models.indices where second > first {
                    differences += between(models[first], models[second], set)
                }
            }
        }
        let corrected = HolmCorrection.adjusted(differences.map(\.pValue))
        for (index, pValue) in corrected.enumerated() { differences[index].pValue = pValue }
        return differences
    }

    private static func between(
        _ first: (name: String, results: EvaluationResults),
        _ second: (name: String, results: EvaluationResults), _ set: Int
    ) -> [TemplateDifference] {
        let mine = first.results.comparedFigures[set]
        let theirs = second.results.comparedFigures[set]
        return zip(mine.figures, theirs.figures).compactMap { mineFigure, other in
            guard mineFigure.value != nil, other.value != nil, mineFigure.measure == other.measure,
                let a = mineFigure.replicates, let b = other.replicates, let found = a.minus(b)
            else { return nil }
            let interval = found.interval()
            return TemplateDifference(
                test: mine.name, measure: mineFigure.measure.title, first: first.name,
                second: second.name, difference: found.estimate,
                interval: [interval.lower, interval.upper], pValue: found.pValue)
        }
    }

    /// A block of text; empty without differences.
    static func text(_ differences: [TemplateDifference]) -> [String] {
        guard !differences.isEmpty else { return [] }
        let lines = differences.map { difference in
            func points(_ fraction: Double) -> String { String(format: "%+.2f", fraction * 100) }
            let better = difference.difference > 0 ? difference.first : difference.second
            let verdict =
                difference.pValue < 0.05 ? "\(better) is better" : "no significant difference"
            return
                "  \(difference.test), \(difference.measure): \(difference.first) - \(difference.second) = "
                + "\(points(difference.difference)) (\(points(difference.interval[0])) to "
                + "\(points(difference.interval[1]))), p = \(String(format: "%.4f", difference.pValue)): \(verdict)"
        }
        let note =
            "differences on the same templates (percentage points), with 95 % intervals for other people"
            + (differences.count > 1
                ? "; p-values corrected for \(counted(differences.count, "comparison"))" : "")
        return [([note] + lines).joined(separator: "\n")]
    }
}
