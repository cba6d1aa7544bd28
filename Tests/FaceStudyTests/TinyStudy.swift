import FaceData
import FaceRuns
import FaceTraining
import Foundation

import SeededRandom
import Torch

@testable import FaceStudy

/// A study of a few small pictures in a folder of its own, which trains in a second.
struct TinyStudy {
    /// The folder of everything, removed by ``with(_:)``.
    let root: URL
    var configuration = StudyConfiguration()

    var output: URL { root.appendingPathComponent("study") }

    /// Gives a body a study of 4 people with 8 pictures each, tested on 3 others.
    static func with<Result>(_ body: (inout TinyStudy) throws -> Result) throws -> Result {
        let root = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-study-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        var study = TinyStudy(root: root)
        try study.draw(people: 4, pictures: 8, seed: 1, into: "train")
        try study.draw(people: 3, pictures: 4, seed: 2, into: "test")
        let folds = [(1, 2), (3, 4)].map { first, second in
            (
                same: (0..<3).map { ("p\($0)", first, second) },
                different: [(0, 1), (1, 2), (2, 0)].map {
                    ("p\($0.0)", first, "p\($0.1)", second)
                }
            )
        }
        try VerificationPairs.text(folds: folds)
            .write(to: study.file("test/pairs.txt"), atomically: true, encoding: .utf8)
        study.configuration = StudyConfiguration(
            train: [.init(name: "few", images: study.file("train").path)],
            test: [
                .init(
                    name: "pairs", images: study.file("test").path,
                    pairs: study.file("test/pairs.txt").path)
            ],
            backbones: ["mobilenetv1:width=0.25"], losses: ["arcface"], inputSize: 32,
            precision: "float32", device: "cpu", threads: 1,
            training: TrainingConfiguration(epochs: 3, batchSize: 8))
        return try body(&study)
    }

    func file(_ name: String) -> URL { root.appendingPathComponent(name) }

    /// Runs the study, or until it has taken some steps.
    @discardableResult
    func run(stopAfter steps: Int = .max, saveInterval: Duration = .seconds(60)) throws -> Trace {
        var trace = Trace()
        let control = StudyControl(
            saveInterval: saveInterval, shouldStop: { trace.steps >= steps },
            listener: { trace.receive($0) })
        do {
            trace.outcome = try Study(configuration, folder: output).run(control)
        } catch FaceStudyError.interrupted {
            trace.isInterrupted = true
        }
        return trace
    }

    /// What a study told.
    struct Trace {
        var outcome = Study.Outcome()
        var isInterrupted = false
        var steps = 0
        var started: [Int] = []
        var skipped = 0
        var failed: [String] = []
        var epochs: [Int] = []

        mutating func receive(_ event: StudyEvent) {
            switch event {
            case .training(_, .step): steps += 1
            case .runStarted(_, let number, _): started.append(number)
            case .runSkipped: skipped += 1
            case .runFailed(_, let message): failed.append(message)
            case .epochRecorded(_, let record): epochs.append(record.epoch)
            default: break
            }
        }
    }

    /// Pictures of noise around a colour of each person's own.
    func draw(people: Int, pictures: Int, seed: UInt64, into name: String) throws {
        for person in 0..<people {
            let folder = file(name).appendingPathComponent("p\(person)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for picture in 1...pictures {
                var stream = SeededRandom(seed: seed, "picture", UInt64(100 * person + picture))
                let colour = (0..<3).map { (person + 1) * 37 * ($0 + 1) % 128 }
                let pixels = (0..<32 * 32 * 3).map { UInt8(colour[$0 % 3] + stream.below(128)) }
                let image = RGBImage(width: 32, height: 32, pixels: pixels)
                let file = folder.appendingPathComponent("p\(person)_000\(picture).jpg")
                try Data(ImageEncoder.jpeg(image, quality: 95)).write(to: file)
            }
        }
    }
}

extension TinyStudy {
    /// A run's numbers without times, and its weights.
    static func content(_ run: RunFolder) throws -> [String] {
        let encoder = JSONEncoder()
        // Dictionaries have no order of their own.
        encoder.outputFormatting = .sortedKeys
        var records = try run.readEpochs()
        for index in records.indices {
            records[index].imagesPerSecond = 0
            records[index].trainSeconds = 0
            records[index].evaluationSeconds = 0
        }
        let weights = try Safetensors.read(run.modelURL).tensors.sorted { $0.key < $1.key }.map {
            "\($0.key) \($0.value.to(.float64).array(of: Double.self))"
        }
        let scores = try run.readScores(test: "pairs").map { "\($0)" } ?? ""
        let epochs = try records.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
        return epochs + weights + [
            scores,
            try String(
                contentsOf: run.url.appendingPathComponent("steps.csv"), encoding: .utf8),
        ]
    }
}
