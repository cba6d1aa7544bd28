import FaceData
public import FaceEvaluation
import FaceModels
import FaceRuns
import FaceTraining
public import Foundation
import Torch

/// Tests a model file on the test sets of a configuration.
public struct ModelEvaluation {
    private let configuration: StudyConfiguration
    private let embedder: Embedder
    private let inputSize: Int

    /// Reads a model.
    ///
    /// - Throws: the error of a model file that is damaged or holds something else.
    public init(model: URL, configuration: StudyConfiguration) throws {
        let compute = try configuration.resolvedCompute()
        LibTorch.setThreads(compute.threads)
        let (backbone, metadata) = try ModelFile.read(
            model, device: try Device.named(compute.device))
        inputSize = metadata.inputSize
        embedder = Embedder(
            backbone: backbone, normalization: metadata.normalization, compute: compute,
            batchSize: configuration.evaluation.batchSize)
        self.configuration = configuration
    }

    /// What a model scored on each test set.
    public struct Results {
        /// A report for each test set.
        public let reports: [(name: String, report: VerificationReport)]
    }

    /// Tests the model.
    ///
    /// - Parameters:
    ///   - output: Where the scores of all pairs go, if anywhere.
    ///   - progress: Told a set's name, and how many of its images are done.
    public func run(
        output: URL? = nil, progress: (String, Int, Int) throws -> Void
    ) throws -> Results {
        let reports = try configuration.test.map { source in
            let pairs = try VerificationPairs.open(
                images: URL(fileURLWithPath: source.images), pairs: source.pairs)
            let test = PreparedTest(
                facts: TestSetFacts(
                    name: source.name, pairs: pairs.pairs.count, folds: pairs.folds,
                    pairsEachEpoch: pairs.pairs.count), pairs: pairs, subset: pairs)
            let evaluation = try test.evaluate(embedder, size: inputSize, all: true) {
                try progress(source.name, $0, $1)
            }
            if let output { try RunFolder(output).write(evaluation.scores, test: source.name) }
            return (source.name, evaluation.report)
        }
        return Results(reports: reports)
    }
}

extension ModelEvaluation.Results {
    /// A block of text for each test set.
    public var text: String {
        reports.map { name, report in
            let rule = report.insightFace
            let lines = [
                "\(name): \(report.pairs) pairs",
                "  accuracy      \(percent(rule.accuracy)) +- \(percent(rule.standardDeviation)) "
                    + "(10-fold, insightface)",
                "  threshold     \(String(format: "%.3f", rule.threshold)) squared L2, "
                    + "\(String(format: "%.3f", 1 - rule.threshold / 2)) cosine",
                rule.tar.map { "  TAR at 1e-3   \(percent($0))" },
                report.roc.map { "  AUC           \(String(format: "%.4f", $0.auc))" },
                report.roc.map { "  EER           \(percent($0.equalErrorRate))" },
                report.meanNorm.map { "  mean norm     \(String(format: "%.2f", $0))" },
            ]
            return (lines.compactMap { $0 } + report.warnings.map { "  \($0)" })
                .joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// The reports by the sets' names.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let byName = Dictionary(reports.map { ($0.name, $0.report) }) { first, _ in first }
        return String(decoding: try encoder.encode(byName), as: UTF8.self)
    }

    private func percent(_ share: Double) -> String { String(format: "%.2f %%", share * 100) }
}
