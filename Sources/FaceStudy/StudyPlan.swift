import FaceData
public import FaceLosses
public import FaceModels
public import FaceRuns
import FaceTraining

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

    /// Name of the run's folder: the identity, with what no file system likes replaced.
    public var folderName: String {
        [
            identity.trainSet, identity.backbone, identity.loss, identity.sampler,
            "seed\(identity.seed)",
        ]
        .map { part in
            String(part.map { $0.isLetter || $0.isNumber || "=.-".contains($0) ? $0 : "-" })
        }
        .joined(separator: "_")
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
        try configuration.training.validate()
        try configuration.requireValidation()
        try configuration.requireRanges()
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

    /// The ranges that the command line's options have, for values from a file.
    fileprivate func requireRanges() throws(FaceStudyError) {
        let values = [
            ("inputSize", inputSize, 16...1024),
            ("threads", threads, 0...4096),
            ("evaluation.batchSize", evaluation.batchSize, 1...1_000_000),
            ("evaluation.pairsEachEpoch", evaluation.pairsEachEpoch, 0...100_000_000),
        ]
        for (key, value, range) in values where !range.contains(value) {
            throw .unknownValue(
                key: key, value: "\(value)",
                allowed: ["a number from \(range.lowerBound) to \(range.upperBound)"])
        }
    }

    fileprivate func requireValidation() throws(FaceStudyError) {
        guard (0...0.5).contains(validation.identities), validation.pairs > 1 else {
            throw .unknownValue(
                key: "validation",
                value: "identities=\(validation.identities), pairs=\(validation.pairs)",
                allowed: ["a fraction of identities from 0 to 0.5, with at least 2 pairs"])
        }
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
