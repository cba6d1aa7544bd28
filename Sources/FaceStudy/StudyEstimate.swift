import FaceData
import FaceLosses
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import SafeFiles
import Spelling
import Torch
import SafeNumbers

/// What a study will take, measured by a few steps of each backbone before it starts.
public struct StudyEstimate: Encodable, Sendable, Hashable {
    /// What the runs of one backbone on one training set take.
    public struct Cell: Encodable, Sendable, Hashable {
        /// Name of the training set.
        public var trainSet: String
        /// The backbone with its options.
        public var backbone: String
        /// Runs of the cell that are not finished.
        public var runs: Int
        /// Seconds of one run, evaluation included.
        public var secondsEach: Double
        /// Memory of a run, in bytes.
        public var memory: UInt64
    }

    /// The cells, in the study's order.
    public var cells: [Cell]
    /// Which differences the study could find.
    public var power: StudyPower

    /// Seconds of the whole study.
    public var seconds: Double { cells.reduce(0) { $0 + Double($1.runs) * $1.secondsEach } }

    /// What a person reads of it.
    public var text: String {
        guard !cells.isEmpty else { return "there is nothing left to run" }
        let lines = cells.map { cell in
            "\(cell.backbone) on \(cell.trainSet): \(counted(cell.runs, "run")) of about "
                + "\(duration(cell.secondsEach))\(cell.runs == 1 ? "" : " each"), "
                + String(format: "%.1f GB of memory", Double(cell.memory) / 1e9)
        }
        return (lines + ["total: about \(duration(seconds))"]).joined(separator: "\n")
    }
}

extension Study {
    /// Times two steps and one embedding batch of each backbone, and counts what is left to do, on sets
    /// that were read already.
    ///
    /// - Throws: ``FaceStudyError/tooLittleMemory(needed:available:batchSize:fitting:)`` for the
    ///   first run that is not going to fit.
    func estimate(_ context: StudyContext, _ memory: MemoryCheck) throws -> StudyEstimate {
        let (data, compute) = (context.data, context.compute)
        LibTorch.setThreads(compute.threads)
        var rates: [BackboneSpecification: StepTimes] = [:]
        var cells: [StudyEstimate.Cell] = []
        for (index, train) in data.train.enumerated() {
            for backbone in plan.runs.map(\.backbone).uniqued {
                let runs = plan.runs.filter { run in
                    run.trainIndex == index && run.backbone == backbone
                        && !folder.run(named: run.folderName).isFinished
                }
                guard let first = runs.first else { continue }
                try memory.check(context.run(first))
                let times = try rates[backbone] ?? StepTimes(backbone, configuration, compute)
                rates[backbone] = times
                cells.append(
                    StudyEstimate.Cell(
                        trainSet: train.facts.name, backbone: backbone.description,
                        runs: runs.count,
                        secondsEach: seconds(times, train, data),
                        memory: times.memory))
            }
        }
        return StudyEstimate(
            cells: cells,
            power: StudyPower(configuration, pairs: data.tests.map(\.facts.pairs)))
    }

    private func seconds(
        _ times: StepTimes, _ train: PreparedTrainSet, _ data: PreparedData
    ) -> Double {
        let training = configuration.training
        let steps = train.facts.images / training.batchSize * training.epochs
        let validated = train.validation?.pairs.images.count ?? 0
        let tested = data.tests.reduce(training.epochs * validated) { sum, test in
            sum + test.pairs.images.count
                + (training.epochs - 1) * test.subset.images.count
        }
        return Double(steps) * times.step + Double(tested) * times.embedding
    }
}

/// How long a backbone takes on this machine.
struct StepTimes {
    /// Seconds of a training step.
    let step: Double
    /// Seconds of an image and its mirror image.
    let embedding: Double
    /// Memory at the end of a step, in bytes.
    let memory: UInt64

    init(
        _ specification: BackboneSpecification, _ configuration: StudyConfiguration,
        _ compute: ComputeConfiguration
    ) throws {
        let device = try Device.named(compute.device)
        let side = configuration.inputSize
        let batch = configuration.training.batchSize / configuration.training.accumulation
        let backbone = try BackboneCatalogue.make(
            specification, inputSize: side, initial: InitialWeights(seed: 0, device: device))
        let optimizer = SGD(
            backbone.state.parameters, options: configuration.training.optimizer)
        let images = InputNormalization.standard.images(
            pixels: [UInt8](repeating: 127, count: batch * side * side * 3), count: batch,
            height: side, width: side, format: compute.memoryFormat, device: device)
        func train() {
            optimizer.clearGradients()
            withPrecision(compute.precision, on: device) { backbone(images, training: true) }
                .square().mean().backward()
            optimizer.step(learningRate: 1e-6)
            device.synchronize()
        }
        func embed() {
            withoutGradients {
                withPrecision(compute.precision, on: device) {
                    _ = backbone(images, training: false).array(of: Float.self)
                }
            }
        }
        let clock = ContinuousClock()
        let (trained, embedded) = compute.withKernels {
            train()
            return (clock.measure(train), clock.measure(embed))
        }
        step = Double(configuration.training.accumulation) * (trained / .seconds(1))
        embedding = 2 * (embedded / .seconds(1)) / Double(batch)
        memory = Self.peakMemory()
    }

    /// The most memory this process has had, in bytes; 0 where the system does not say.
    private static func peakMemory() -> UInt64 {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kilobytes = line?.split(separator: " ").compactMap { UInt64($0) }.first ?? 0
        return kilobytes * 1024
    }
}
