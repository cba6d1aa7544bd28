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

/// The estimated cost of a study, measured by a few steps of each backbone and loss before it starts.
public struct StudyEstimate: Encodable, Sendable, Hashable {
    /// The estimated cost of the runs of one backbone on one training set.
    public struct Cell: Encodable, Sendable, Hashable {
        /// Name of the training set.
        public var trainSet: String
        /// The backbone with its options.
        public var backbone: String
        /// Runs of the cell that are not finished.
        public var runs: Int
        /// Seconds per run, including evaluation.
        public var secondsEach: Double
        /// Memory of a run, in bytes.
        public var memory: UInt64
        /// Number of images with which a step was timed, if fewer than in a real step; nil otherwise.
        public var timedImages: Int?
        /// Images per step, if it was timed with fewer; nil otherwise.
        public var stepImages: Int?
        /// Number of remaining tries of the cell's losses; nil in a study that does not tune.
        public var tries: Int?
        /// Number of images in these tries.
        public var triedImages: Int?
        /// Seconds of one epoch of a try.
        public var secondsEachTriedEpoch: Double?
        /// Seconds of the remaining tries.
        public var secondsOfTries: Double?

        /// Seconds of all remaining work.
        public var seconds: Double { Double(runs) * secondsEach + (secondsOfTries ?? 0) }
    }

    /// The cells, in the study's order.
    public var cells: [Cell]
    /// The differences that the study could detect.
    public var power: StudyPower

    /// Seconds of the whole study.
    public var seconds: Double { cells.reduce(0) { $0 + $1.seconds } }

    /// The estimate as text.
    public var text: String {
        guard !cells.isEmpty else { return "there is nothing left to run" }
        let lines = cells.map { cell in
            "\(cell.backbone) on \(cell.trainSet): \(counted(cell.runs, "run")) of about "
                + "\(duration(cell.secondsEach))\(cell.runs == 1 ? "" : " each"), "
                + String(format: "%.1f GB of memory", Double(cell.memory) / 1e9)
                + cell.triesText + cell.timingText
        }
        return (lines + ["total: about \(duration(seconds))"]).joined(separator: "\n")
    }
}

extension StudyEstimate.Cell {
    /// How the time was measured, if not with a whole step.
    fileprivate var timingText: String {
        guard let timedImages, let stepImages else { return "" }
        return " (timed with \(timedImages) of a step's \(counted(stepImages, "image")))"
    }

    /// The estimated cost of the tries, after that of the runs.
    fileprivate var triesText: String {
        guard let tries, let images = triedImages, let seconds = secondsOfTries, tries > 0 else {
            return ""
        }
        return
            "; before that \(counted(tries, "try", "tries")), \(counted(images, "image")), about "
            + duration(seconds)
    }
}

extension Study {
    /// Times some steps and one embedding batch of each backbone, each of about ``StepTimes/limit`` at
    /// most, and counts the remaining work, on sets that have already been read.
    ///
    /// - Throws: ``FaceStudyError/tooLittleMemory(needed:available:batchSize:fitting:)`` for a loss that will
    ///   not fit, and ``FaceStudyError/interrupted``.
    func estimate(
        _ context: StudyContext, _ memory: MemoryCheck, _ tuning: TuningRecord? = nil
    ) throws -> StudyEstimate {
        let plan = try tuning.map { try Self.plan(configuration, $0, folder) } ?? plan
        let (data, compute) = (context.data, context.compute)
        LibTorch.setThreads(compute.threads)
        var rates: [BackboneSpecification: StepTimes] = [:]
        var losses = LossTimes()
        var cells: [StudyEstimate.Cell] = []
        for (index, train) in data.train.enumerated() {
            for backbone in plan.runs.map(\.backbone).uniqued {
                let runs = plan.runs.filter { run in
                    run.trainIndex == index && run.backbone == backbone
                        && !folder.run(named: run.folderName).isFinished(
                            after: configuration.training.epochs)
                }
                let tried = tuning?.left(
                    trainSet: train.facts.name, backbone: backbone.description)
                let all = plan.runs.first { $0.trainIndex == index && $0.backbone == backbone }
                let remaining =
                    runs.isEmpty && tried?.tries ?? 0 > 0 ? all.map { [$0] } ?? [] : runs
                guard !remaining.isEmpty else { continue }
                let firsts = remaining.map(\.loss).uniqued.compactMap { loss in
                    remaining.first { $0.loss == loss }
                }
                let needs = try firsts.compactMap { try memory.check(context.run($0)) }
                let start = ProcessMemory.resident ?? 0
                let times =
                    try rates[backbone]
                    ?? StepTimes(
                        backbone, configuration, compute, limit: StepTimes.limit,
                        check: context.control.check)
                rates[backbone] = times
                let lossSteps = try firsts.map { run in
                    try context.control.check()
                    return try losses.step(of: run, train, configuration, compute)
                }
                let lossStep = lossSteps.reduce(0, +) / Double(lossSteps.count)
                var cell = StudyEstimate.Cell(
                    trainSet: train.facts.name, backbone: backbone.description,
                    runs: runs.count + (tried?.choices ?? 0) * configuration.seeds.count,
                    secondsEach: seconds(times, lossStep, train, data), memory: times.memory)
                // What was timed has no loss, and perhaps fewer images than a step.
                let whole = needs.map { start + $0.bytes(batchSize: times.batch) }
                cell.memory = max(times.memory, whole.max() ?? 0)
                if times.measured < times.batch {
                    cell.timedImages = times.measured
                    cell.stepImages = times.batch
                }
                if let tried { cell.add(tried, secondsEach: triedSeconds(times, lossStep, train)) }
                cells.append(cell)
            }
        }
        return StudyEstimate(
            cells: cells,
            power: StudyPower(configuration, pairs: data.tests.map(\.facts.pairs)))
    }

    private func seconds(
        _ times: StepTimes, _ lossStep: Double, _ train: PreparedTrainSet, _ data: PreparedData
    ) -> Double {
        let training = configuration.training
        let steps = train.facts.images / training.batchSize * training.epochs
        let validated = train.validation?.pairs.images.count ?? 0
        let templates = data.templates.reduce(0) { $0 + $1.set.source.count }
        let tested = data.tests.reduce(training.epochs * validated + templates) { sum, test in
            sum + test.pairs.images.count
                + (training.epochs - 1) * test.subset.images.count
        }
        return Double(steps) * (times.step + lossStep) + Double(tested) * times.embedding
    }
}

extension Study {
    /// Seconds of one epoch of a try.
    private func triedSeconds(
        _ times: StepTimes, _ lossStep: Double, _ train: PreparedTrainSet
    ) -> Double {
        let steps = train.facts.images / configuration.training.batchSize
        let validated = train.validation?.pairs.images.count ?? 0
        return Double(steps) * (times.step + lossStep) + Double(validated) * times.embedding
    }
}

extension TuningRecord {
    /// The remaining tries of all losses of a backbone on a training set.
    struct Left {
        var tries = 0
        var epochs = 0
        var images = 0
        /// Number of choices that have not been made yet.
        var choices = 0
    }

    fileprivate func left(trainSet: String, backbone: String) -> Left {
        cells.reduce(into: Left()) { left, cell in
            guard cell.trainSet == trainSet, cell.backbone == backbone, !cell.isComplete else {
                return
            }
            left.choices += 1
            for (index, rung) in cell.budget.rungs.enumerated() {
                let over = cell.tries.filter { $0.rung == index && $0.state != .pending }.count
                let tries = max(0, rung.tries - over)
                left.tries += tries
                left.epochs += tries * rung.epochs
                left.images += tries * rung.epochs * cell.budget.imagesEach
            }
        }
    }
}

extension StudyEstimate.Cell {
    fileprivate mutating func add(_ left: TuningRecord.Left, secondsEach: Double) {
        tries = left.tries
        triedImages = left.images
        secondsEachTriedEpoch = secondsEach
        secondsOfTries = secondsEach * Double(left.epochs)
    }
}
