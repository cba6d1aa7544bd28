import FaceEvaluation
import FaceRuns
import Foundation
import Testing

/// Records the tests write and read back.
enum Samples {
    static let description = RunDescription(
        identity: RunIdentity(
            trainSet: "casia, \"clean\"", backbone: "mobilenetv1:width=0.25", loss: "arcface:m=0.4",
            sampler: "shuffle", seed: .max),
        lossTitle: "ArcFace",
        backbone: BackboneFacts(
            title: "MobileNetV1 x0.25", parameters: 1_234_567, multiplyAdds: 45_678_901,
            embeddingSize: 512, inputSize: 112),
        train: TrainSetFacts(
            name: "casia", images: 490_000, identities: 10_572, contentHash: "ab12",
            skipped: ["a/b.jpg"], warnings: ["One identity has one image."]),
        tests: [
            TestSetFacts(name: "lfw", pairs: 6000, folds: 10, pairsEachEpoch: 1200)
        ],
        epochs: 20, batchSize: 64,
        configuration: .object([
            "rate": .number(0.1), "name": .string("a/b"), "flags": .array([.bool(true), .null]),
        ]),
        command: "facet train --loss arcface:m=0.4")

    static let environment = RunEnvironment(
        facet: "1.0.0", commit: "abc+", libtorch: "2.13.0", system: "Linux", processor: "CPU",
        processorFeatures: ["avx2"], threads: 2, memory: 8_589_934_592, device: "cpu",
        precision: "float32", memoryFormat: "contiguous")

    static let result = RunResult(
        status: .finished, epochs: 20, trainAccuracy: 0.9,
        tests: [
            TestResult(
                name: "lfw", pairs: 6000, accuracy: 0.95, standardDeviation: 0.01, threshold: 1.2,
                tarAtFar1e3: 0.7, auc: 0.98, eer: 0.05, meanNorm: 21, bestEpoch: 18,
                bestAccuracy: 0.951, epochWithin95Percent: 9)
        ], imagesPerSecond: 123.456, seconds: 99)

    static let geometry = RunGeometry(
        training: SetGeometry(
            name: "casia", images: 300, norm: spread(21), within: spread(50),
            between: spread(88), ownClass: spread(35), nearestOther: spread(71)),
        tests: [
            SetGeometry(
                name: "lfw", images: 7701, norm: spread(20), within: spread(52), between: nil)
        ],
        map: EmbeddingMap(
            set: "lfw", identities: [.init(name: "A/B", x: [0.5, -1.0 / 3], y: [0, 0.25])],
            explained: [0.5, 0.25]))

    private static func spread(_ mean: Double) -> SummaryRecord {
        SummaryRecord(
            count: 100, mean: mean, standardDeviation: 1.0 / 3,
            quantiles: [-2, -1, 0, 1, 2].map { mean + $0 })
    }

    static func epoch(_ number: Int) -> EpochRecord {
        EpochRecord(
            epoch: number, step: number * 10, images: number * 640, learningRate: 0.1,
            loss: 1.0 / Double(number), trainAccuracy: 1.0 / 3, trainAccuracyWithMargin: 1e-5,
            lossState: ["margin": 0.5],
            tests: [
                EpochTest(name: "lfw", accuracy: 0.9, standardDeviation: 0.01, pairs: 1200)
            ],
            imagesPerSecond: 100, trainSeconds: 6.4, evaluationSeconds: 0.5)
    }

    /// Runs a test's body in a new folder, which is removed afterwards.
    static func inTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-runs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        return try body(url)
    }

    static func fixture(_ name: String) throws -> URL {
        try #require(
            Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil),
            "fixture \(name)")
    }
}

extension Samples {
    /// A line of `scores.json`.
    struct Score: Decodable {
        var distance: Float
        var first: String
        var fold: Int
        var same: Bool
        var second: String

        var record: ScoreRecord {
            ScoreRecord(
                ScoredPair(distance: distance, same: same, fold: fold), first: first,
                second: second)
        }
    }
}
