public import FaceConfiguration
public import FaceEvaluation
import Spelling

/// The cell of a study that a run belongs to, and its seed.
public struct RunIdentity: Codable, Sendable, Hashable {
    /// Name of the training set, as given to the study.
    public var trainSet: String
    /// Name of the backbone with its options, e.g. `resnet50` or `mobilenetv1:width=0.25`.
    public var backbone: String
    /// The canonical text of the loss, with the parameters that differ from the defaults, e.g.
    /// `arcface:m=0.4`; see ``RunDescription/lossName`` for the requested name.
    public var loss: String
    /// Name of the sampler that drew the batches, e.g. `shuffle` or `pk:32x4`.
    public var sampler: String
    /// The seed every random stream of the run derives from.
    public var seed: UInt64
    /// The origin of values that tuning chose; nil in a run with the requested values.
    public var tuned: TunedOrigin?

    /// The key that identifies a loss across training sets and backbones: ``loss``, or for a tuned run,
    /// whose values differ from one training set to the next, the loss that was tuned.
    public var lossKey: String { tuned?.name ?? loss }

    /// Memberwise initialiser.
    public init(
        trainSet: String, backbone: String, loss: String, sampler: String, seed: UInt64,
        tuned: TunedOrigin? = nil
    ) {
        self.trainSet = trainSet
        self.backbone = backbone
        self.loss = loss
        self.sampler = sampler
        self.seed = seed
        self.tuned = tuned
    }
}

/// `run.json`: what a run is, written before its first step. Only test sets and ``tuning`` are added to it
/// later.
public struct RunDescription: Codable, Sendable, Hashable {
    /// Version of the run folder's format.
    public static let currentFormat = 1

    /// Format the folder was written in.
    public var format = RunDescription.currentFormat
    /// The cell of the study, and the seed.
    public var identity: RunIdentity
    /// The requested loss, for tables: its title and the values that were given, e.g. `ArcFace (m=0.4)`,
    /// `CosFace (s=32)` or, of a tuned run, `ArcFace (tuned)`.
    public var lossTitle: String
    /// The loss as requested, e.g. `cosface:s=32`; nil in a run of a version that did not write
    /// it.
    public var requestedLoss: String?
    /// The values of all of the loss's parameters by name, including defaults, which may change between
    /// versions. Nil in a run of a version that did not write them.
    public var lossValues: [String: String]?
    /// The loss's role in tuning; nil if it was not tuned, and in a run of a version that did
    /// not write it.
    public var tuning: TuningRole?
    /// The random number generator for orders, mirroring and draws; nil in a run of a version that had
    /// several, all SplitMix64.
    public var randomNumbers: String?
    /// The network that was trained.
    public var backbone: BackboneFacts
    /// The set it was trained on.
    public var train: TrainSetFacts
    /// The test sets, the primary one first.
    public var tests: [TestSetFacts]
    /// The test sets of templates, which the last epoch is tested on; nil without any.
    public var templateTests: [TemplateTestFacts]?
    /// Pairs of held-out training identities that models are chosen on, where there are some.
    public var validation: TestSetFacts?
    /// The weights that the network began with; nil for random ones.
    public var start: StartFacts?
    /// Epochs the run is to have.
    public var epochs: Int
    /// Images per step.
    public var batchSize: Int
    /// The complete resolved configuration.
    public var configuration: JSONValue
    /// A command line that reproduces the run.
    public var command: String

    /// The loss as requested, or if that is unknown, as in the identity; ``TunedOrigin/name`` for a tuned
    /// run.
    public var lossName: String { identity.tuned?.name ?? requestedLoss ?? identity.loss }

    /// Memberwise initialiser.
    public init(
        identity: RunIdentity, lossTitle: String, backbone: BackboneFacts, train: TrainSetFacts,
        tests: [TestSetFacts], epochs: Int, batchSize: Int, configuration: JSONValue,
        command: String
    ) {
        self.identity = identity
        self.lossTitle = lossTitle
        self.backbone = backbone
        self.train = train
        self.tests = tests
        self.epochs = epochs
        self.batchSize = batchSize
        self.configuration = configuration
        self.command = command
    }
}

/// A report's data on a network.
public struct BackboneFacts: Codable, Sendable, Hashable {
    /// Title as the literature spells it, e.g. `ResNet50` or `MobileNetV1 x0.25`.
    public var title: String
    /// Trainable parameters, including the embedding layer but not the loss's class weights.
    public var parameters: Int
    /// Multiply-adds per image.
    public var multiplyAdds: Int
    /// Length of an embedding.
    public var embeddingSize: Int
    /// Height and width of an input image, in pixels.
    public var inputSize: Int

    /// Memberwise initialiser.
    public init(
        title: String, parameters: Int, multiplyAdds: Int, embeddingSize: Int, inputSize: Int
    ) {
        self.title = title
        self.parameters = parameters
        self.multiplyAdds = multiplyAdds
        self.embeddingSize = embeddingSize
        self.inputSize = inputSize
    }
}

/// A report's data on a training set.
public struct TrainSetFacts: Codable, Sendable, Hashable {
    /// Name given to the set.
    public var name: String
    /// Images that decode and are trained on.
    public var images: Int
    /// Identities with at least one image.
    public var identities: Int
    /// SHA-256 over the names and contents of the files, in hexadecimal.
    public var contentHash: String
    /// SHA-256 over the images' labels, in hexadecimal; nil in a run of a version that did not write
    /// it.
    public var labelHash: String?
    /// Files that did not decode and were left out, relative to the set's folder.
    public var skipped: [String]
    /// Warnings found while the set was read, a sentence each.
    public var warnings: [String]
    /// The set's overlap with test sets; nil if there is none, or if it was not determined.
    public var overlaps: [OverlapFacts]?
    /// Terms of use of the set, if stated.
    public var terms: String?

    /// Memberwise initialiser.
    public init(
        name: String, images: Int, identities: Int, contentHash: String, skipped: [String] = [],
        warnings: [String] = []
    ) {
        self.name = name
        self.images = images
        self.identities = identities
        self.contentHash = contentHash
        self.skipped = skipped
        self.warnings = warnings
    }
}

/// The overlap of a training set and a test set.
public struct OverlapFacts: Codable, Sendable, Hashable {
    /// Name of the test set.
    public var test: String
    /// Identities of the training set whose names the test set has as well.
    public var people: [String]
    /// Matches of names that the two sets spell differently, as `annlee = Ann_Lee`; nil if all are spelt
    /// alike.
    public var respellings: [String]?
    /// Training images that show a picture of the test set.
    public var pictures: Int
    /// Identities of the training set that these images are filed under.
    public var owners: [String]

    /// Memberwise initialiser.
    public init(test: String, people: [String], pictures: Int, owners: [String]) {
        self.test = test
        self.people = people
        self.pictures = pictures
        self.owners = owners
    }

    /// The overlap as a sentence without its full stop.
    public func sentence(trainSet: String) -> String {
        func some(_ names: [String]) -> String {
            names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", ..." : "")
        }
        let parts = [
            people.isEmpty
                ? nil
                : "\(counted(people.count, "person", "people")) of \(quoted: test) "
                    + "\(people.count == 1 ? "is" : "are") also in \(quoted: trainSet), so that "
                    + "accuracy on it is optimistic: \(some(people))"
                    + (respellings.map { " (\($0.count) spelt differently: \(some($0)))" } ?? ""),
            pictures == 0
                ? nil
                : "\(counted(pictures, "picture")) of \(quoted: test) \(pictures == 1 ? "is" : "are") also "
                    + "in \(quoted: trainSet), of \(counted(owners.count, "identity", "identities")): "
                    + some(owners),
        ]
        return parts.compactMap { $0 }.joined(separator: "; ")
    }
}

/// A report's data on a test set.
public struct TestSetFacts: Codable, Sendable, Hashable {
    /// Name given to the set.
    public var name: String
    /// Pairs of the protocol.
    public var pairs: Int
    /// Folds of the protocol.
    public var folds: Int
    /// Pairs evaluated after each epoch but the last (the last always sees all).
    public var pairsEachEpoch: Int
    /// SHA-256 over the names and contents of the images, in hexadecimal.
    public var contentHash: String?
    /// SHA-256 over the pairs and folds, in hexadecimal; nil in a run of a version that did not
    /// write it.
    public var pairsHash: String?
    /// Whether the run had epochs, or was finished, when the set was added to it, so that not every epoch's
    /// model was tested on it; nil if not.
    public var isAdded: Bool?
    /// Warnings found while the set was read, a sentence each.
    public var warnings: [String]

    /// Memberwise initialiser.
    public init(
        name: String, pairs: Int, folds: Int, pairsEachEpoch: Int, contentHash: String? = nil,
        warnings: [String] = []
    ) {
        self.name = name
        self.contentHash = contentHash
        self.pairs = pairs
        self.folds = folds
        self.pairsEachEpoch = pairsEachEpoch
        self.warnings = warnings
    }
}

/// `environment.json`: the machine and the versions a run was made with.
public struct RunEnvironment: Codable, Sendable, Hashable {
    /// Facet's version.
    public var facet: String
    /// Commit the tool was built from, with `+` when the tree was modified, or `unknown`.
    public var commit: String
    /// Version of LibTorch.
    public var libtorch: String
    /// Operating system and its version.
    public var system: String
    /// Name of the processor.
    public var processor: String
    /// The processor's vector features that matter here, e.g. `avx512_bf16`.
    public var processorFeatures: [String]
    /// Threads LibTorch computes with.
    public var threads: Int
    /// Memory of the machine, in bytes.
    public var memory: UInt64
    /// The device that ran the network: `cpu` or `cuda:0 (name)`.
    public var device: String
    /// `float32` or `bfloat16`, as resolved from `--precision`.
    public var precision: String
    /// `contiguous` or `channelsLast`.
    public var memoryFormat: String
    /// Implementation of the operations that both LibTorch and Facet have, e.g. `libtorch` or `avx512`.
    /// Nil in a run of a version that did not write it.
    public var kernels: String?
    /// Folder to which paths of the configuration are relative.
    public var workingDirectory: String?
    /// Number of processes that computed the run, where it affects the last digits; nil otherwise.
    public var processes: Int?

    /// Memberwise initialiser.
    public init(
        facet: String, commit: String, libtorch: String, system: String, processor: String,
        processorFeatures: [String], threads: Int, memory: UInt64, device: String,
        precision: String, memoryFormat: String, kernels: String? = nil,
        workingDirectory: String? = nil
    ) {
        self.facet = facet
        self.workingDirectory = workingDirectory
        self.commit = commit
        self.libtorch = libtorch
        self.system = system
        self.processor = processor
        self.processorFeatures = processorFeatures
        self.threads = threads
        self.memory = memory
        self.device = device
        self.precision = precision
        self.memoryFormat = memoryFormat
        self.kernels = kernels
    }
}

/// One line of `metrics.jsonl`: an epoch.
public struct EpochRecord: Codable, Sendable, Hashable {
    /// Number of the epoch, from 1.
    public var epoch: Int
    /// Steps taken since the start of the run.
    public var step: Int
    /// Images seen since the start of the run.
    public var images: Int
    /// Learning rate of the epoch's last step.
    public var learningRate: Double
    /// Mean training loss of the epoch.
    public var loss: Double
    /// Fraction of training images whose target class has the largest logit, without the margin;
    /// 0...1.
    public var trainAccuracy: Double
    /// The same with the margin applied to the target class's logit; 0...1.
    public var trainAccuracyWithMargin: Double
    /// Further quantities of the loss at the end of the epoch, e.g. `lambda`, `margin`, `scale`.
    public var lossState: [String: Double]
    /// Known failures that were recognised in the epoch, a sentence each; nil if there are none.
    public var diagnostics: [String]?
    /// Verification accuracy on each test set.
    public var tests: [EpochTest]
    /// Verification accuracy on pairs of held-out training identities, where there are some.
    public var validation: EpochTest?
    /// Verification accuracy of the moving average of the weights, where one is kept.
    public var averaged: [EpochTest]?
    /// Images per second of the training steps. A time column: not reproducible.
    public var imagesPerSecond: Double
    /// Seconds spent in training steps. A time column: not reproducible.
    public var trainSeconds: Double
    /// Seconds spent in evaluation. A time column: not reproducible.
    public var evaluationSeconds: Double

    /// Keys of the file; some keep former names of the properties.
    private enum CodingKeys: String, CodingKey {
        case epoch, step, images, learningRate, loss, trainAccuracy, trainAccuracyWithMargin
        case lossState, tests, validation, averaged, imagesPerSecond, trainSeconds,
            evaluationSeconds
        case diagnostics = "findings"
    }

    /// Memberwise initialiser.
    public init(
        epoch: Int, step: Int, images: Int, learningRate: Double, loss: Double,
        trainAccuracy: Double, trainAccuracyWithMargin: Double, lossState: [String: Double],
        diagnostics: [String]? = nil, tests: [EpochTest], imagesPerSecond: Double,
        trainSeconds: Double,
        evaluationSeconds: Double
    ) {
        self.epoch = epoch
        self.step = step
        self.images = images
        self.learningRate = learningRate
        self.loss = loss
        self.trainAccuracy = trainAccuracy
        self.trainAccuracyWithMargin = trainAccuracyWithMargin
        self.lossState = lossState
        self.diagnostics = diagnostics
        self.tests = tests
        self.imagesPerSecond = imagesPerSecond
        self.trainSeconds = trainSeconds
        self.evaluationSeconds = evaluationSeconds
    }
}

/// Verification accuracy on one test set after an epoch.
public struct EpochTest: Codable, Sendable, Hashable {
    /// Name of the test set.
    public var name: String
    /// Mean accuracy over the folds; 0...1.
    public var accuracy: Double
    /// Population standard deviation of the folds' accuracies.
    public var standardDeviation: Double
    /// Pairs evaluated: a subset, except for the last epoch.
    public var pairs: Int

    /// Memberwise initialiser.
    public init(name: String, accuracy: Double, standardDeviation: Double, pairs: Int) {
        self.name = name
        self.accuracy = accuracy
        self.standardDeviation = standardDeviation
        self.pairs = pairs
    }
}

/// `result.json`: how a run ended. Its presence means that the run is finished.
public struct RunResult: Codable, Sendable, Hashable {
    /// How a run can end.
    public enum Status: String, Codable, Sendable {
        /// All epochs were trained and the last one evaluated on all pairs.
        case finished
        /// The run stopped with an error; `message` says which.
        case failed
    }

    /// How the run ended.
    public var status: Status
    /// Why it failed, in one sentence; empty when it did not.
    public var message: String
    /// Epochs completed.
    public var epochs: Int
    /// Training accuracy of the last epoch, without the margin; 0...1.
    public var trainAccuracy: Double
    /// One entry per test set, the primary one first: the last epoch's model on all pairs.
    public var tests: [TestResult]
    /// Images per second over all training steps. A time column: not reproducible.
    public var imagesPerSecond: Double
    /// Seconds of the whole run. A time column: not reproducible.
    public var seconds: Double
    /// Of a failed run: the token of the worker in which it failed (``StudyWorker/token``), so that workers
    /// of the same study do not retry it. Nil in runs of earlier versions.
    public var worker: String?

    /// Memberwise initialiser.
    public init(
        status: Status, message: String = "", epochs: Int, trainAccuracy: Double,
        tests: [TestResult], imagesPerSecond: Double, seconds: Double
    ) {
        self.status = status
        self.message = message
        self.epochs = epochs
        self.trainAccuracy = trainAccuracy
        self.tests = tests
        self.imagesPerSecond = imagesPerSecond
        self.seconds = seconds
    }
}

/// The last epoch's model on all pairs of one test set.
public struct TestResult: Codable, Sendable, Hashable {
    /// Name of the test set.
    public var name: String
    /// Number of evaluated pairs.
    public var pairs: Int
    /// Mean accuracy over the folds; 0...1.
    public var accuracy: Double
    /// Population standard deviation of the folds' accuracies.
    public var standardDeviation: Double
    /// Mean over the folds of the threshold chosen on the other folds, in squared L2; 0...4.
    public var threshold: Double
    /// True acceptance rate at a false acceptance rate of 1e-3; 0...1. Nil where the pairs are all of
    /// one kind.
    public var tarAtFar1e3: Double?
    /// Area under the ROC curve; 0...1. Nil where the pairs are all of one kind.
    public var auc: Double?
    /// Equal error rate; 0...1. Nil where the pairs are all of one kind.
    public var eer: Double?
    /// Mean L2 norm of the embeddings before normalisation. Nil where it is not known.
    public var meanNorm: Double?
    /// First epoch with the highest accuracy of the epochs' evaluations, from 1.
    public var bestEpoch: Int
    /// That highest accuracy. Chosen on the test set: optimistic.
    public var bestAccuracy: Double
    /// First epoch within 95 % of the way from the first epoch's accuracy to the highest.
    public var epochWithin95Percent: Int

    /// Memberwise initialiser.
    public init(
        name: String, pairs: Int, accuracy: Double, standardDeviation: Double, threshold: Double,
        tarAtFar1e3: Double?, auc: Double?, eer: Double?, meanNorm: Double?, bestEpoch: Int,
        bestAccuracy: Double, epochWithin95Percent: Int
    ) {
        self.name = name
        self.pairs = pairs
        self.accuracy = accuracy
        self.standardDeviation = standardDeviation
        self.threshold = threshold
        self.tarAtFar1e3 = tarAtFar1e3
        self.auc = auc
        self.eer = eer
        self.meanNorm = meanNorm
        self.bestEpoch = bestEpoch
        self.bestAccuracy = bestAccuracy
        self.epochWithin95Percent = epochWithin95Percent
    }

    /// The result without the zeros that earlier versions wrote where there is no ROC curve. No curve
    /// has both an area and an equal error rate of 0.
    var withoutMissingCurve: TestResult {
        guard auc == 0, eer == 0 else { return self }
        var result = self
        (result.auc, result.eer, result.tarAtFar1e3) = (nil, nil, nil)
        return result
    }
}

/// One line of `scores/<test>.csv`: a pair as the last epoch's model scored it, and its images.
public struct ScoreRecord: Sendable, Hashable {
    /// Distance, kind and fold of the pair.
    public var pair: ScoredPair
    /// First image, relative to the test set's folder.
    public var first: String
    /// Second image, relative to the test set's folder.
    public var second: String

    /// Creates the record of a pair.
    public init(_ pair: ScoredPair, first: String, second: String) {
        self.pair = pair
        self.first = first
        self.second = second
    }
}
