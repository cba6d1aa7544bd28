import FaceConfiguration
import FaceData
public import FaceLosses
public import FaceModels
public import FaceRuns
import FaceTraining
import Foundation

/// One cell of a study with one seed, before it is trained.
public struct PlannedRun: Sendable, Hashable {
    /// Which cell this is, and with which seed.
    public var identity: RunIdentity
    /// The training set's place in the configuration's list.
    public var trainIndex: Int
    /// The network.
    public var backbone: BackboneSpecification
    /// The loss.
    public var loss: LossSpecification

    /// The values of all of the loss's parameters, defaults too, by name, as a run keeps them.
    var lossValues: [String: String] { loss.resolvedValues.mapValues(\.description) }

    /// The folder in which a former version began the run under another name.
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

    /// Name of the run's folder: the identity, with what no file system likes replaced.
    public var folderName: String { formerFolderName ?? folderName(loss: identity.loss) }

    private func folderName(loss: String) -> String {
        [
            identity.trainSet, identity.backbone, loss, identity.sampler, "seed\(identity.seed)",
        ]
        .map { part in
            String(part.map { $0.isLetter || $0.isNumber || "=.-".contains($0) ? $0 : "-" })
        }
        .joined(separator: "_")
    }

    /// Takes the folder of a former version, in whose name parameters have their former names, where
    /// there is one and none of today's name.
    mutating func findFormerFolder(in study: StudyFolder) {
        let former = folderName(loss: FormerNames.former(ofText: identity.loss))
        let isThere = { (name: String) in
            FileManager.default.fileExists(atPath: study.run(named: name).descriptionURL.path)
        }
        if former != folderName, isThere(former), !isThere(folderName) { formerFolderName = former }
    }
}

/// All runs of a study, in the order in which they are trained.
public struct StudyPlan: Sendable {
    /// The runs: seeds outermost, so that every cell has one result before any has two.
    public var runs: [PlannedRun]

    /// Resolves a configuration's names and checks its values.
    ///
    /// - Throws: the error of the first name or value that is wrong.
    public init(_ configuration: StudyConfiguration) throws {
        try configuration.requireLists()
        try StudyConfiguration.keys.require(configuration)
        try configuration.training.validate()
        let backbones = try configuration.backbones.map { try BackboneSpecification(parsing: $0) }
        let losses = try configuration.losses.map { try LossSpecification(parsing: $0) }
        try FaceStudyError.requireUnique(backbones.map(\.description), "backbones")
        try FaceStudyError.requireUnique(losses.map(\.description), "losses")
        for loss in losses { try LossCatalogue.requireHead(configuration.training.head, of: loss) }
        for loss in losses {
            try BatchSamplers.require(
                configuration.sampler(for: loss), batchSize: configuration.training.batchSize)
        }
        runs = []
        for seed in configuration.seeds {
            for (index, train) in configuration.train.enumerated() {
                for backbone in backbones {
                    for loss in losses {
                        let identity = RunIdentity(
                            trainSet: train.name, backbone: backbone.description,
                            loss: loss.description, sampler: configuration.sampler(for: loss),
                            seed: seed)
                        runs.append(
                            PlannedRun(
                                identity: identity, trainIndex: index, backbone: backbone,
                                loss: loss))
                    }
                }
            }
        }
        try FaceStudyError.requireUnique(runs.map(\.folderName), "run folders")
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
                if let requirement = SetName.requirement(name) {
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
