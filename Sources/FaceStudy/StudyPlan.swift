import FaceConfiguration
import FaceData
public import FaceLosses
public import FaceModels
public import FaceRuns
import FaceTraining
import Foundation
import Torch

/// One cell of a study with one seed, before it is trained.
public struct PlannedRun: Sendable, Hashable {
    /// The cell and the seed.
    public var identity: RunIdentity
    /// The training set's index in the configuration's list.
    public var trainIndex: Int
    /// Backbone with its parameters.
    public var backbone: BackboneSpecification
    /// The loss, with the values it is trained with.
    public var loss: LossSpecification
    /// The run's own settings; nil for a run with the study's settings.
    var settings: RunSettings?
    /// The loss's title if it differs from the loss's own: that of the tuned loss.
    var tunedTitle: String?
    /// The loss's role in tuning; nil if it was not tuned.
    var role: TuningRole?

    /// The loss as requested, or for a run with tuned values ``TunedOrigin/name``.
    public var requestedLoss: String { identity.tuned?.name ?? loss.requested }
    /// The loss's title in tables.
    public var lossTitle: String { tunedTitle ?? loss.title }

    /// The values of all of the loss's parameters, including defaults, by name, as stored in a run.
    var lossValues: [String: String] { loss.resolvedValues.mapValues(\.description) }

    /// The name of the run's folder if an earlier version created it under a former name.
    private var formerFolderName: String?

    init(
        identity: RunIdentity, trainIndex: Int, backbone: BackboneSpecification,
        loss: LossSpecification
    ) {
        self.identity = identity
        self.trainIndex = trainIndex
        self.backbone = backbone
        self.loss = loss
    }

    /// Name of the run's folder: the identity, with characters replaced that file systems do not support.
    public var folderName: String { formerFolderName ?? folderName(loss: identity.loss) }

    private func folderName(loss: String) -> String {
        let own = settings?.tryName ?? [loss, identity.sampler, "seed\(identity.seed)"]
        let tuned = identity.tuned.map { [$0.study.map { "tuned-\($0)" } ?? "tuned"] } ?? []
        return ([identity.trainSet, identity.backbone] + own + tuned)
            .map { part in
                String(part.map { $0.isLetter || $0.isNumber || "=.-".contains($0) ? $0 : "-" })
            }
            .joined(separator: "_")
    }

    /// Uses the folder of an earlier version, whose name contains former names of parameters, if there is
    /// one and none with the current name.
    mutating func findFormerFolder(in study: StudyFolder) {
        let former = folderName(loss: FormerNames.former(ofText: identity.loss))
        let isThere = { (name: String) in
            FileManager.default.fileExists(atPath: study.run(named: name).descriptionURL.path)
        }
        if former != folderName, isThere(former), !isThere(folderName) { formerFolderName = former }
    }
}

/// A run's settings that replace its study's.
struct RunSettings: Codable, Sendable, Hashable {
    /// Epochs; nil for the study's.
    var epochs: Int?
    /// Peak learning rate.
    var learningRate: Double
    var weightDecay: Double
    /// The part of the folder's name that distinguishes a try of a cell from others; nil for other runs.
    var tryName: [String]?
}

extension StudyConfiguration {
    /// The configuration of one run.
    func configuration(of run: PlannedRun) -> StudyConfiguration {
        guard let settings = run.settings else { return self }
        var result = self
        result.training.epochs = settings.epochs ?? training.epochs
        result.training.schedule.peak = settings.learningRate
        result.training.weightDecay = settings.weightDecay
        return result
    }
}

/// All runs of a study, in the order of training.
public struct StudyPlan: Sendable {
    /// The runs: seeds outermost, so that every cell has one result before any has two.
    public var runs: [PlannedRun]

    /// Resolves a configuration's names and checks its values.
    ///
    /// - Parameter tuning: The choices so far: in addition to a loss's default, a run with the chosen
    ///   values is planned, unless these are the default.
    /// - Throws: the error of the first invalid name or value.
    public init(_ configuration: StudyConfiguration, tuning: TuningRecord? = nil) throws {
        try configuration.requireLists()
        try StudyConfiguration.keys.require(configuration)
        try configuration.training.validate()
        let backbones = try configuration.backbones.map { try BackboneSpecification(parsing: $0) }
        let requests = try configuration.losses.map { try LossRequest(parsing: $0) }
        let losses = requests.map(\.loss)
        try FaceStudyError.requireUnique(backbones.map(\.description), "backbones")
        try FaceStudyError.requireUnique(requests.map(\.distinctText), "losses")
        for loss in losses { try LossCatalogue.requireHead(configuration.training.head, of: loss) }
        for loss in losses {
            try BatchSamplers.require(
                configuration.sampler(for: loss), batchSize: configuration.training.batchSize)
        }
        let elsewhere = try requests.map { try $0.tunedCells() }
        let origins = ForeignChoices(requests, configuration.training.algorithm)
        runs = []
        for seed in configuration.seeds {
            for (index, train) in configuration.train.enumerated() {
                for backbone in backbones {
                    for (request, cells) in zip(requests, elsewhere) {
                        let loss = request.loss
                        let identity = RunIdentity(
                            trainSet: train.name, backbone: backbone.description,
                            loss: loss.description, sampler: configuration.sampler(for: loss),
                            seed: seed)
                        let run = PlannedRun(
                            identity: identity, trainIndex: index, backbone: backbone, loss: loss)
                        runs += try run.planned(request, cells, tuning, origins)
                    }
                }
            }
        }
        try FaceStudyError.requireUnique(runs.map(\.folderName), "run folders")
    }
}

extension PlannedRun {
    /// The run with the loss's default and the one with the chosen values, or only the run with values
    /// chosen in another study.
    fileprivate func planned(
        _ request: LossRequest, _ elsewhere: [(cell: TuningCell, chosen: TuningTry)],
        _ tuning: TuningRecord?, _ origins: ForeignChoices
    ) throws -> [PlannedRun] {
        if request.study != nil {
            let found = try request.tuned(
                elsewhere, trainSet: identity.trainSet, backbone: identity.backbone)
            try origins.requireSameOptimizer(found.cell, found.chosen, request)
            return [try tuned(found.cell, found.chosen, study: origins.label(request))]
        }
        let cell = tuning?.cell(
            trainSet: identity.trainSet, backbone: identity.backbone, loss: loss.requested)
        guard let cell else { return [self] }
        var standard = self
        standard.role = TuningRole(.standard, of: cell)
        guard let chosen = cell.chosenTry, chosen.index > 0 else { return [standard] }
        return [standard, try tuned(cell, chosen, study: nil)]
    }

    private func tuned(
        _ cell: TuningCell, _ chosen: TuningTry, study: String?
    ) throws -> PlannedRun {
        var run = self
        run.loss = try LossSpecification(parsing: chosen.loss)
        run.identity.loss = run.loss.description
        run.identity.tuned = TunedOrigin(
            loss: cell.loss, trainSet: cell.trainSet, backbone: cell.backbone, study: study)
        run.settings = RunSettings(
            learningRate: chosen.learningRate, weightDecay: chosen.weightDecay)
        run.role = TuningRole(.tuned, of: cell)
        run.tunedTitle = "\(loss.title) (tuned\(study.map { " in \($0)" } ?? ""))"
        return run
    }
}

extension StudyConfiguration {
    /// The sampler a loss is trained with: the study's, or with `auto` the loss's own.
    func sampler(for loss: LossSpecification) -> String {
        guard sampler == "auto" else { return sampler }
        guard loss.prefersIdentityBatches else { return "shuffle" }
        let imagesEach = [4, 3, 2].first { training.batchSize.isMultiple(of: $0) } ?? 4
        return "pk:\(training.batchSize / imagesEach)x\(imagesEach)"
    }

    fileprivate func requireLists() throws(FaceStudyError) {
        let lists = [
            ("training set", train.map(\.name)), ("backbone", backbones), ("loss", losses),
            ("seed", seeds.map(String.init)),
        ]
        for (name, entries) in lists {
            if entries.isEmpty { throw .empty(list: name) }
        }
        for (list, names) in [("training set", train.map(\.name)), ("test set", test.map(\.name))] {
            for name in names {
                if let requirement = SetName.requirement(name)
                    ?? SetName.requirement(name, besides: names)
                {
                    throw .setName(list: list, name: name, requirement: requirement)
                }
            }
        }
        try FaceStudyError.requireUnique(train.map(\.name), "train")
        try FaceStudyError.requireUnique(test.map(\.name), "test")
        try FaceStudyError.requireUnique(seeds.map(String.init), "seeds")
    }
}

extension FaceStudyError {
    fileprivate static func requireUnique(
        _ entries: [String], _ list: String
    ) throws(FaceStudyError) {
        var seen = Set<String>()
        for entry in entries where !seen.insert(entry).inserted {
            throw .duplicate(list: list, entry: entry)
        }
    }
}
