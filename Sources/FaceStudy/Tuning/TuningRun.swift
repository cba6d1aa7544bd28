import FaceLosses
import FaceModels
public import FaceRuns
import FaceTraining
import Foundation
import Spelling

/// The try of a study in progress, and the state of its cell.
public struct TuningProgress: Sendable {
    /// Number of the try among all tries of the study, from 1.
    public var number: Int
    /// Number of tries of the study.
    public var count: Int
    /// Name of the training set.
    public var trainSet: String
    /// The backbone with its options.
    public var backbone: String
    /// The loss as requested.
    public var loss: String
    /// The try: its values and, once it is finished, its score.
    public var item: TuningTry
    /// The cell's best try of the same rung so far.
    public var best: TuningTry?
    /// Estimated remaining seconds of the whole study; nil if unknown.
    public var secondsLeft: Double?
}

/// The tries of a study in progress, with their record.
struct TuningRun {
    private let plan: TuningPlan
    private let study: StudyContext
    private let tries: StudyContext
    private let listener: (StudyEvent) -> Void
    private(set) var record: TuningRecord
    /// Settings in each known rung, by cell.
    private var settings: [[[Int]]]

    /// Plans the tries and reads the state of existing ones.
    ///
    /// - Throws: the error of a damaged folder of a try.
    init(_ plan: TuningPlan, _ study: StudyContext) throws {
        self.plan = plan
        self.study = study
        tries = study.withoutTests
        listener = study.control.listener
        settings = plan.cells.map { [$0.settings.map(\.index)] }
        record = TuningRecord(cells: [], finalSeeds: study.configuration.seeds)
        record.cells = plan.cells.map { cell($0) }
        for index in record.cells.indices { try refresh(index) }
        record.cells += Self.others(in: study.folder, beside: record)
    }

    /// Cells tuned earlier in the study's folder that are not part of the current command: they are kept,
    /// like the runs with their choices.
    private static func others(
        in folder: StudyFolder, beside record: TuningRecord
    ) -> [TuningCell] {
        // A damaged record is rebuilt from the current command's cells.
        let before = (try? folder.readTuning())??.cells ?? []
        return before.filter { old in
            old.isComplete
                && record.cell(
                    trainSet: old.trainSet, backbone: old.backbone, loss: old.loss) == nil
        }
    }

    /// Number of tries of the whole study.
    var count: Int { plan.cells.count * plan.rungs.reduce(0) { $0 + $1.tries } }

    /// An unfinished try: its cell, its rung and its setting.
    struct Pending {
        let cell: Int
        let rung: Int
        let setting: Int
    }

    /// The remaining known tries, in order of execution: the cells take turns, setting by setting, so that
    /// all progress equally.
    var pending: [Pending] {
        plan.rungs.indices.flatMap { rung in
            (0..<(plan.rungs.first?.tries ?? 0)).flatMap { setting in
                plan.cells.indices.map { Pending(cell: $0, rung: rung, setting: setting) }
            }
        }.filter(isPending)
    }

    /// Whether a try is known and unfinished.
    func isPending(_ pending: Pending) -> Bool {
        record.cells[pending.cell].tries.contains {
            $0.rung == pending.rung && $0.index == pending.setting && $0.state == .pending
        }
    }

    /// Reads the tries that other processes have finished.
    mutating func refresh() throws {
        for index in plan.cells.indices { try refresh(index) }
    }

    /// The run of a try.
    func context(of pending: Pending) -> RunContext {
        let cell = plan.cells[pending.cell]
        return tries.run(plan.run(cell.settings[pending.setting], of: cell, rung: pending.rung))
    }

    /// Reads the outcome of a try, and writes the record.
    ///
    /// - Parameter failure: Why it failed, if its folder does not record it.
    mutating func end(_ pending: Pending, failure: String? = nil) throws {
        try refresh(pending.cell, failed: failure.map { (pending, $0) })
        try write()
    }

    /// Writes the record into the study's folder.
    func write() throws { try study.folder.write(record) }

    /// The progress event of a try.
    func progress(_ pending: Pending, secondsLeft: Double?) -> TuningProgress? {
        let cell = record.cells[pending.cell]
        let rung = cell.tries.filter { $0.rung == pending.rung }
        guard let item = rung.first(where: { $0.index == pending.setting }) else { return nil }
        let over = record.cells.prefix(plan.cells.count).reduce(0) { sum, cell in
            sum + cell.tries.filter { $0.state != .pending }.count
        }
        return TuningProgress(
            number: over + (item.state == .pending ? 1 : 0), count: count,
            trainSet: cell.trainSet, backbone: cell.backbone,
            loss: cell.loss, item: item, best: TuningSchedule.best(of: rung),
            secondsLeft: secondsLeft)
    }

    // MARK: The record

    private func cell(_ cell: TuningPlan.Cell) -> TuningCell {
        let train = study.data.train[cell.trainIndex]
        let batch = study.configuration.training.batchSize
        var record = TuningCell(
            trainSet: cell.trainSet, backbone: cell.backbone.description,
            loss: cell.loss.requested, resolvedLoss: cell.loss.description,
            lossTitle: cell.loss.title, sampler: cell.sampler, space: cell.space,
            fixed: cell.fixed,
            budget: TuningBudget(
                tries: study.configuration.tuning.tries, epochs: plan.epochs,
                imagesEach: train.facts.images / batch * batch, rungs: plan.rungs),
            validation: train.tuningValidation)
        record.optimizer = study.configuration.training.algorithm.rawValue
        return record
    }

    /// Reads the states of a cell's tries, adds the next rungs if their predecessors are finished, and
    /// chooses.
    mutating func refresh(_ index: Int, failed: (Pending, String)? = nil) throws {
        var known = record.cells[index].tries
        var rungs: [[TuningTry]] = []
        for rung in plan.rungs.indices {
            if rung > 0 {
                let before = rungs[rung - 1]
                guard !before.contains(where: { $0.state == .pending }) else { break }
                let next = TuningSchedule.survivors(of: before, count: plan.rungs[rung].tries)
                settings[index] = Array(settings[index].prefix(rung)) + [next]
            }
            rungs.append(
                try settings[index][rung].map { setting in
                    try item(Pending(cell: index, rung: rung, setting: setting), known, failed)
                })
        }
        known = rungs.flatMap { $0 }
        record.cells[index].tries = known
        let isOver =
            rungs.count == plan.rungs.count && !known.contains { $0.state == .pending }
        record.cells[index].isComplete = isOver
        let best = isOver ? rungs.last.flatMap(TuningSchedule.best) : nil
        record.cells[index].chosen = best.flatMap { best in
            known.firstIndex { $0.rung == best.rung && $0.index == best.index }
        }
    }

    /// One try, read from its folder.
    private func item(
        _ pending: Pending, _ known: [TuningTry], _ failed: (Pending, String)?
    ) throws -> TuningTry {
        let setting = plan.cells[pending.cell].settings[pending.setting]
        let context = context(of: pending)
        var item = TuningTry(
            index: setting.index, rung: pending.rung, values: setting.values,
            loss: setting.loss.description, learningRate: setting.learningRate,
            weightDecay: setting.weightDecay, seed: plan.seed,
            epochs: plan.rungs[pending.rung].epochs,
            folder: "tuning/runs/\(context.run.folderName)")
        let epochs = try context.folder.readEpochs()
        item.images = epochs.last?.images ?? 0
        if let result = try context.folder.readResult() {
            item.seconds = result.seconds
            item.take(result, epochs.last?.validation)
        } else if let failed, failed.0.rung == pending.rung, failed.0.setting == pending.setting {
            (item.state, item.reason) = (.failed, failed.1)
        } else if let before = known.first(where: {
            $0.rung == item.rung && $0.index == item.index && $0.state == .failed
        }) {
            (item.state, item.reason) = (.failed, before.reason)
        }
        return item
    }
}

extension TuningTry {
    /// Adopts the outcome of a run.
    fileprivate mutating func take(_ result: RunResult, _ validation: EpochTest?) {
        guard result.status == .finished, let validation else {
            state = .failed
            reason = result.message.isEmpty ? "it was not scored" : result.message
            return
        }
        state = .finished
        accuracy = validation.accuracy
        pairs = validation.pairs
        standardError = TuningValidation.standardError(
            accuracy: validation.accuracy, pairs: validation.pairs)
    }
}

extension TuningValidation {
    /// The accuracy assumed for a validation set's standard error before anything is trained.
    static let assumedAccuracy = 0.9

    /// √(p (1 - p) / pairs): the standard error of an accuracy on independent pairs.
    static func standardError(accuracy: Double, pairs: Int) -> Double {
        (accuracy * (1 - accuracy) / Double(max(1, pairs))).squareRoot()
    }
}

extension PreparedTrainSet {
    /// The held-out identities, for the record of a tuning.
    fileprivate var tuningValidation: TuningValidation {
        let pairs = validation?.facts.pairs ?? 0
        return TuningValidation(
            identities: heldOut, pairs: pairs,
            standardError: TuningValidation.standardError(
                accuracy: TuningValidation.assumedAccuracy, pairs: pairs))
    }

    /// A warning if tries can hardly be distinguished on the held-out identities; nil if they can.
    var tuningWarning: String? {
        let found = tuningValidation
        guard found.standardError > TuningValidation.maxError else { return nil }
        let needed = Int(
            (TuningValidation.assumedAccuracy * (1 - TuningValidation.assumedAccuracy)
                / (TuningValidation.maxError * TuningValidation.maxError)).rounded(.up))
        let people = (heldOut * needed + max(1, found.pairs) - 1) / max(1, found.pairs)
        let all = facts.identities + heldOut
        let advice =
            people * 2 <= all
            ? "hold out about \(people) with --validation identities="
                + String(format: "%.2g", (Double(people) / Double(all) * 100).rounded(.up) / 100)
                + " or raise validation.pairs to \(needed)"
            : "about \(people) would do, more than half of the set's \(all)"
        let error = String(format: "%.1f", found.standardError * 100)
        return
            "\(quoted: facts.name): tries are scored on \(counted(found.pairs, "pair")) of \(heldOut) "
            + "held-out identities, and those that differ by less than \(error) points (the standard "
            + "error at 90 %) cannot be told apart; \(advice)"
    }
}

extension TuningValidation {
    /// The standard error above which a validation set counts as too small.
    static let maxError = 0.01
}

extension StudyContext {
    /// The context of the tries, without test sets, so that these cannot influence choices.
    var withoutTests: StudyContext {
        var configuration = configuration
        configuration.test = []
        configuration.tuning = StudyConfiguration.Tuning()
        return StudyContext(
            configuration: configuration, compute: compute, folder: folder.tries,
            data: data.withoutTests, start: start, control: control, worker: worker)
    }
}
