import FaceStatistics
import FaceEvaluation
import FaceReport
import FaceConfiguration
import FaceRuns
import Foundation

/// Fabricates run folders that look like a real study's: 2 backbones × 2 training sets × 5 losses.
struct SampleStudy {
    var seeds: [UInt64] = [1]
    var pairs = 600
    var epochs = 12
    /// Runs that fail, e.g. `resnet50 casia arcface 2`.
    var failed: Set<String> = []
    /// Runs that stop after some epochs without a result.
    var unfinished: [String: Int] = [:]
    /// Runs that have not begun.
    var absent: Set<String> = []

    typealias Loss = (name: String, title: String, sampler: String, skill: Double)
    typealias Backbone = (name: String, facts: BackboneFacts, skill: Double, speed: Double)
    typealias TrainSet = (name: String, facts: TrainSetFacts, skill: Double)

    static let losses: [Loss] = [
        ("softmax", "Cross-entropy", "shuffle", 2.15),
        ("asoftmax", "A-Softmax", "shuffle", 2.4),
        ("amsoftmax", "AM-Softmax", "shuffle", 2.75),
        ("arcface", "ArcFace", "shuffle", 2.8),
        ("marginal", "Marginal Loss", "pk:32x4", 2.3),
    ]

    static let backbones: [Backbone] = [
        (
            "resnet50",
            BackboneFacts(
                title: "ResNet50", parameters: 43_590_976, multiplyAdds: 6_309_000_000,
                embeddingSize: 512, inputSize: 112), 1, 41
        ),
        (
            "mobilenetv1",
            BackboneFacts(
                title: "MobileNetV1", parameters: 3_735_040, multiplyAdds: 148_000_000,
                embeddingSize: 512, inputSize: 112), 0.86, 402
        ),
    ]

    static let trainSets: [TrainSet] = [
        (
            "casia",
            TrainSetFacts(
                name: "casia", images: 490_623, identities: 10_572,
                contentHash: "9f2c41aa07be55d1c3c8", skipped: ["0000045/017.jpg", "0107/a.jpg"],
                warnings: ["14 identities have only one image."]), 1
        ),
        (
            "ms1m",
            TrainSetFacts(
                name: "ms1m", images: 5_822_653, identities: 85_742,
                contentHash: "77ab0cc1d29e6f0a13b4"), 1.16
        ),
    ]

    static let environment = RunEnvironment(
        facet: "1.0.0", commit: "4960270", libtorch: "2.13.0", system: "Debian GNU/Linux 12",
        processor: "Some Processor @ 2.50 GHz", processorFeatures: ["avx2", "avx512_bf16"],
        threads: 2, memory: 16_777_216_000, device: "cpu", precision: "float32",
        memoryFormat: "channelsLast")

    /// Changes what a run says it is.
    var edit: (inout RunDescription) -> Void = { _ in }

    /// Writes all runs under `<folder>/runs`.
    func write(to folder: URL) throws {
        for backbone in Self.backbones {
            for train in Self.trainSets {
                for loss in Self.losses {
                    for seed in seeds {
                        try write(backbone, train, loss, seed, to: StudyFolder(folder))
                    }
                }
            }
        }
    }

    private func write(
        _ backbone: Backbone, _ train: TrainSet, _ loss: Loss, _ seed: UInt64,
        to study: StudyFolder
    ) throws {
        let name = "\(backbone.name) \(train.name) \(loss.name) \(seed)"
        if absent.contains(name) { return }
        var run = SampleRun(
            name: name, skill: loss.skill * backbone.skill * train.skill, speed: backbone.speed,
            pairs: pairs, epochs: epochs)
        run.isMargin = loss.name != "softmax" && loss.name != "marginal"
        var description = description(backbone, train, loss, seed)
        edit(&description)
        run.test = description.tests[0].name
        let folder = study.run(named: name.replacingOccurrences(of: " ", with: "__"))
        try MadeRun(
            description: description, numbers: run, failed: failed.contains(name),
            stopAfter: unfinished[name]
        ).write(to: folder)
    }

    private func description(
        _ backbone: Backbone, _ train: TrainSet, _ loss: Loss, _ seed: UInt64
    ) -> RunDescription {
        RunDescription(
            identity: RunIdentity(
                trainSet: train.name, backbone: backbone.name, loss: loss.name,
                sampler: loss.sampler, seed: seed),
            lossTitle: loss.title, backbone: backbone.facts, train: train.facts,
            tests: [TestSetFacts(name: "lfw", pairs: pairs, folds: 10, pairsEachEpoch: pairs)],
            epochs: epochs, batchSize: 64,
            configuration: .object([
                "loss": .object(["name": .string(loss.name), "scale": .number(64)]),
                "schedule": .object(["rate": .number(0.1), "milestones": .array([.number(8)])]),
            ]),
            command: "facet train --backbone \(backbone.name) --loss \(loss.name) "
                + "--data \(train.name) --seed \(seed)")
    }
}

/// Fabricates the numbers of one run.
struct SampleRun: Hashable {
    var name: String
    var skill: Double
    var speed: Double
    var pairs: Int
    var epochs: Int
    var isMargin = false
    var test = "lfw"

    func write(to folder: RunFolder, failed: Bool, stopAfter: Int?) throws {
        var random = SampleRandom(name)
        let skill = skill + random.normal() * 0.04
        let last = failed ? epochs / 3 : stopAfter ?? epochs
        let scores = scores(skill: skill, &random)
        let found = try InsightFaceProtocol().evaluate(scores.map(\.pair))
        let accuracy = found.accuracy
        var accuracies: [Double] = []
        for epoch in 1...max(1, last) where last > 0 {
            var record = record(epoch, skill: skill, final: accuracy, &random)
            accuracies.append(record.tests[0].accuracy)
            if epoch == epochs { record.trainAccuracy = trainAccuracy(accuracies) }
            try folder.append(record)
        }
        if failed {
            try folder.write(
                RunResult(
                    status: .failed,
                    message: "The loss became NaN at step 12 of epoch \(last + 1); lower the "
                        + "learning rate.",
                    epochs: last, trainAccuracy: 0, tests: [], imagesPerSecond: speed,
                    seconds: 100))
        } else if stopAfter == nil {
            try folder.write(scores, test: test)
            try folder.write(geometry(skill: skill))
            try folder.write(result(scores, found, accuracies, &random))
            try SampleRun.writeModel(to: folder)
        }
    }

    /// Of the last epoch.
    private func trainAccuracy(_ accuracies: [Double]) -> Double {
        min(0.999, (accuracies.max() ?? 0) * 0.99)
    }

    private func record(
        _ epoch: Int, skill: Double, final: Double, _ random: inout SampleRandom
    ) -> EpochRecord {
        let done = Double(epoch) / Double(epochs)
        let now = skill * (1 - exp(-3.2 * done)) / (1 - exp(-3.2)) + random.normal() * 0.03
        let train = min(0.999, 1 - exp(-now * 1.35) + random.normal() * 0.004)
        let risen = (1 - exp(-3.2 * done)) / (1 - exp(-3.2))
        let noise = epoch < epochs ? random.normal() * 0.003 : 0
        let accuracy = min(1, 0.5 + (final - 0.5) * risen + noise)
        let steps = epoch * 500
        return EpochRecord(
            epoch: epoch, step: steps, images: steps * 64,
            learningRate: epoch > 8 ? 0.01 : 0.1,
            loss: (isMargin ? 22 : 8) * exp(-2.1 * done) + 0.2 * random.uniform(),
            trainAccuracy: train,
            trainAccuracyWithMargin: isMargin ? train * train * 0.8 : train,
            lossState: ["margin": isMargin ? 0.5 : 0],
            tests: [
                EpochTest(
                    name: test, accuracy: accuracy, standardDeviation: 0.008, pairs: pairs)
            ],
            imagesPerSecond: speed, trainSeconds: 32_000 / speed, evaluationSeconds: 3)
    }

    /// Scores whose pairs are hard or easy for every network, of people that are in several.
    private func scores(skill: Double, _ random: inout SampleRandom) -> [ScoreRecord] {
        (0..<pairs).map { index in
            var pair = SampleRandom("pair \(index)")
            let same = index % 2 == 0
            let fold = index * 10 / pairs
            let people = max(3, pairs / 14)
            let first = Int(pair.uniform() * Double(people))
            let second = (first + 1 + Int(pair.uniform() * Double(people - 1))) % people
            let centre = same ? 1.5 - 0.27 * skill : 1.5 + 0.12 * skill
            let noise = pair.normal() * 0.2 + random.normal() * 0.13
            let distance = min(4, max(0, centre + noise))
            return ScoreRecord(
                ScoredPair(distance: Float(distance), same: same, fold: fold),
                first: "f\(fold)p\(first)/\(index).jpg",
                second: same ? "f\(fold)p\(first)/b\(index).jpg" : "f\(fold)p\(second)/\(index).jpg"
            )
        }
    }

    private func geometry(skill: Double) -> RunGeometry {
        func spread(_ mean: Double, _ sigma: Double) -> SummaryRecord {
            SummaryRecord(
                count: 1000, mean: mean, standardDeviation: sigma,
                quantiles: [-1.64, -0.67, 0, 0.67, 1.64].map { mean + $0 * sigma })
        }
        var random = SampleRandom("map")
        let identities = (0..<8).map { person in
            let centre = (random.normal() * 0.4, random.normal() * 0.3)
            let positions = (0..<12).map { _ in (random.normal(), random.normal()) }
            return EmbeddingMap.Identity(
                name: "Person \(person)", x: positions.map { centre.0 + $0.0 * 0.2 / skill },
                y: positions.map { centre.1 + $0.1 * 0.2 / skill })
        }
        return RunGeometry(
            training: SetGeometry(
                name: "train", images: 1500, norm: spread(20 / skill, 2), within: spread(50, 9),
                between: spread(86, 7), targetClass: isMargin ? spread(60 - 10 * skill, 8) : nil,
                nearestNonTarget: isMargin ? spread(74, 6) : nil),
            tests: [
                SetGeometry(
                    name: test, images: 900, norm: spread(18 / skill, 3), within: spread(58, 11),
                    between: spread(84, 8))
            ], map: EmbeddingMap(set: test, identities: identities, explained: [0.31, 0.2]))
    }

    private func result(
        _ scores: [ScoreRecord], _ found: InsightFaceResult, _ accuracies: [Double],
        _ random: inout SampleRandom
    ) -> RunResult {
        let best = accuracies.max() ?? 0
        let first = accuracies.first ?? 0
        let reached = accuracies.firstIndex { $0 >= first + 0.95 * (best - first) } ?? 0
        let curve = try? ROCCurve(of: scores.map(\.pair))
        let test = TestResult(
            name: test, pairs: pairs, accuracy: accuracies.last ?? 0, standardDeviation: 0.0071,
            threshold: 1.2 + 0.03 * random.uniform(),
            tarAtFar1e3: found.tar,
            auc: curve?.auc, eer: curve?.equalErrorRate, meanNorm: 21 + random.uniform(),
            bestEpoch: (accuracies.firstIndex(of: best) ?? 0) + 1, bestAccuracy: best,
            epochWithin95Percent: reached + 1)
        return RunResult(
            status: .finished, epochs: epochs, trainAccuracy: trainAccuracy(accuracies),
            tests: [test], imagesPerSecond: speed * (0.97 + 0.05 * random.uniform()),
            seconds: 4200)
    }
}

extension SampleRun {
    /// Writes a model of one tensor of two numbers, as whole as that of a run.
    static func writeModel(to folder: RunFolder) throws {
        let header = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
        let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
        try (Data(length) + Data(header.utf8) + Data(repeating: 0, count: 8))
            .write(to: folder.modelURL)
    }
}

/// SplitMix64 from a name: the same numbers on every machine.
struct SampleRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ name: String) {
        state = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func normal() -> Double {
        let u = max(uniform(), 1e-12)
        return (-2 * log(u)).squareRoot() * cos(2 * .pi * uniform())
    }
}

/// Runs a test's body in a new folder, which is removed afterwards.
func inTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory
        .appendingPathComponent("facet-report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url)
}
