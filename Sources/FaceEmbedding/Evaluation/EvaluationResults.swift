import FaceData
public import FaceEvaluation
import FaceRuns
import FaceStatistics
public import Foundation
import SafeFiles
import Spelling

/// A model's results on its test sets.
public struct EvaluationResults {
    /// The test sets of pairs of images, in their order.
    public let sets: [EvaluatedSet]
    /// The test sets of templates, in their order.
    public let templates: [EvaluatedTemplates]
    /// The results on MegaFace.
    public let megaFace: [EvaluatedMegaFace]
    /// Groups, quality and carried-over thresholds.
    public let details: EvaluationDetails
    /// The scores of all sets.
    let scores: [SetScores]

    init(
        sets: [EvaluatedSet], templates: [EvaluatedTemplates],
        megaFace: [EvaluatedMegaFace] = [], details: EvaluationDetails, scores: [SetScores]
    ) {
        self.sets = sets
        self.templates = templates
        self.megaFace = megaFace
        self.details = details
        self.scores = scores
    }

    /// The figures on which models are compared, on sets of templates and on MegaFace.
    var comparedFigures: [(name: String, figures: [TemplateReport.Figure])] {
        templates.map { ($0.name, $0.report.figures) }
            + megaFace.map { ($0.name, $0.report.comparedFigures) }
    }

    /// The scores of one test set.
    struct SetScores {
        var name: String
        var scores: TemplateScores
        /// Embeddings per image.
        var views: Int
        /// Whether single images were compared.
        var isOfImages: Bool
    }

    /// The calibration of the model's scores on a test set.
    ///
    /// - Throws: ``FaceEmbeddingError/thresholds(path:reason:)`` where templates of several images were compared,
    ///   ``FaceEvaluationError/noImpostors(set:pairs:needed:)`` for a set that is too small.
    public func calibration(of name: String) throws -> ScoreCalibration {
        guard let set = scores.first(where: { $0.name == name }), set.isOfImages else {
            throw FaceEmbeddingError.thresholds(
                path: name,
                reason:
                    "its templates have several images, whose scores are higher than those of two "
                    + "pictures; give a test set of pairs of images")
        }
        return try ScoreCalibration(of: set.scores, set: name, views: set.views)
    }

    /// ``metrics`` as JSON.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(metrics), as: UTF8.self)
    }

    /// The numbers by the sets' names.
    var metrics: [String: SetMetrics] {
        let all =
            sets.map { ($0.name, SetMetrics.pairs($0.metrics)) }
            + templates.map { ($0.name, SetMetrics.templates($0.report)) }
            + megaFace.map { ($0.name, SetMetrics.megaFace($0.report)) }
        return Dictionary(all) { first, _ in first }
    }

    /// Writes the numbers, each file atomically:
    ///
    /// | file | content |
    /// |---|---|
    /// | `metrics.json` | all numbers |
    /// | `details.json` | error rates by group and quality, and thresholds carried over |
    /// | `scores/<set>.csv` | fold, same, squared L2 distance and images of each pair |
    /// | `curves/<set>.csv` | one line per point of the ROC and DET curves |
    ///
    /// - Throws: `FaceRunsError` when a file cannot be written.
    public func write(to folder: URL) throws {
        let run = RunFolder(folder)
        try Self.requirePlain(folder)
        for set in sets {
            try run.write(set.scoredSet.scores, test: set.name)
            guard let text = try set.curveTable() else { continue }
            let name = run.scoresURL(test: set.name).lastPathComponent
            try Self.store(
                text, at: folder.appendingPathComponent("curves").appendingPathComponent(name))
        }
        if !details.isEmpty {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try Self.store(
                String(decoding: try encoder.encode(details), as: UTF8.self) + "\n",
                at: folder.appendingPathComponent("details.json"))
        }
        try Self.store(
            try json() + "\n", at: folder.appendingPathComponent("metrics.json"))
    }

    /// Refuses a folder in which a file to be written is a link, a pipe or a device; checked before the
    /// evaluation, so that no work is lost.
    ///
    /// - Throws: `FaceRunsError.notPlain(path:kind:)`.
    public static func requirePlain(_ folder: URL) throws {
        let names = [
            "metrics.json", "details.json", "scores", "curves", "comparison.json", "index.html",
            "report.md", "pictures",
        ]
        do {
            try PlainFile.require(names.map(folder.appendingPathComponent))
        } catch {
            throw FaceRunsError(error)
        }
    }

    private static func store(_ text: String, at url: URL) throws(FaceRunsError) {
        do { try AtomicFile.write(text, to: url) } catch { throw FaceRunsError(error) }
    }

    /// A block of text for each test set.
    ///
    /// - Parameter allProtocols: Whether the other protocols follow the default one.
    public func text(allProtocols: Bool) -> String {
        (sets.map { $0.text(allProtocols: allProtocols) } + templates.map(\.text)
            + megaFace.map(\.text) + details.texts)
            .joined(separator: "\n\n")
    }
}

extension EvaluatedSet {
    /// Every point of the exact curve as comma-separated values; nil without a curve.
    func curveTable() throws -> String? {
        guard report.roc != nil else { return nil }
        let lines = try ROCCurve(of: scoredSet.scored).points.map { point in
            "\(point.threshold),\(ScoredPair.cosine(squaredDistance: point.threshold)),"
                + "\(point.far),\(point.tar),\(point.frr)"
        }
        return (["squared_l2,cosine,far,tar,frr"] + lines).joined(separator: "\n") + "\n"
    }

    /// The default protocol's accuracy with its interval, in a line.
    var headline: String {
        "\(name): \(percent(accuracy.mean)) (\(range(accuracy.pairInterval()))), insightface protocol"
    }

    /// The numbers as text for a terminal, the default protocol first.
    func text(allProtocols: Bool) -> String {
        var lines = [
            headline,
            "  \(counted(report.pairs, "pair")) in \(counted(pairs.folds, "fold")), "
                + "\(grouped(report.positives)) of one person and \(grouped(report.negatives)) of two; "
                + "\(grouped(errors.count)) misclassified; in brackets the 95 % "
                + "confidence interval for other people",
        ]
        lines += comparison.results.prefix(allProtocols ? comparison.results.count : 1).map(line)
        if let viewOne {
            lines.append(
                Self.row(
                    "LFW View 1",
                    percent(viewOne.accuracy) + " +- " + percent(viewOne.standardError),
                    "threshold \(number(viewOne.threshold, 2)) chosen on "
                        + counted(viewOne.trainPairs, "other pair")))
        }
        if let threshold { lines.append(Self.row("best threshold", text(of: threshold), "")) }
        if let roc = report.roc {
            lines.append(Self.row("AUC", number(roc.auc, 4), ""))
            lines.append(Self.row("equal error rate", percent(roc.equalErrorRate), ""))
        }
        lines += report.operatingPoints.map(line)
        if let norm = report.meanNorm { lines.append(Self.row("mean norm", number(norm, 2), "")) }
        return (lines + warnings.map { "  \($0)" }).joined(separator: "\n")
    }

    private func line(_ result: ProtocolResult) -> String {
        let title = VerificationProtocol.named(result.name)?.title ?? result.name
        let spread = result.spread.map { " +- " + percent($0) } ?? ""
        let isCosine = result.measure == .cosine
        let cosine = result.cosine.flatMap { isCosine ? nil : ", cosine \(number($0, 3))" } ?? ""
        let mark = result.isOptimistic ? ", optimistic" : ""
        return Self.row(
            title, percent(result.accuracy) + spread,
            "\(number(result.threshold, 3)) \(result.measure.title)\(cosine)\(mark)")
    }

    private func line(_ point: OperatingPoint) -> String {
        let needed =
            point.negativesNeeded.map { "needs \(counted($0, "pair")) of two people" } ?? ""
        return Self.row(
            "TAR at FAR \(OperatingPoint.text(ofRate: point.targetFAR))",
            point.isSupported ? percent(point.tar) : "-",
            point.isSupported ? "" : needed)
    }

    private func text(of threshold: BestThreshold) -> String {
        let (best, low, high) = (threshold.best, threshold.lowest, threshold.highest)
        return "\(number(best.cosine, 3)) cosine "
            + "(\(number(high.cosine, 3)) to \(number(low.cosine, 3))), "
            + "\(number(best.squaredDistance, 3)) squared L2 "
            + "(\(number(low.squaredDistance, 3)) to \(number(high.squaredDistance, 3)))"
    }

    private static func row(_ title: String, _ value: String, _ note: String) -> String {
        let row = "  \(title.padding(toLength: 22, withPad: " ", startingAt: 0))"
        guard !note.isEmpty else { return row + value }
        return row + value.padding(toLength: max(20, value.count + 2), withPad: " ", startingAt: 0)
            + note
    }

    private func range(_ interval: Interval) -> String {
        "\(number(interval.lower * 100, 2)) to \(number(interval.upper * 100, 2))"
    }

    private func percent(_ fraction: Double) -> String { number(fraction * 100, 2) + " %" }

    private func number(_ value: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", value)
    }
}
