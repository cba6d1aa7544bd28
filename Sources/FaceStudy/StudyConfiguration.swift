public import FaceConfiguration
public import FaceTraining
public import Foundation
import SafeFiles

/// A grid of runs: every combination of training set, backbone, loss and seed, on the same test sets.
///
/// A study file is JSON5 (comments and trailing commas allowed); omitted keys keep their defaults, and an
/// unknown key is an error. The resolved configuration is written into each run's folder, and can be read
/// as a study file.
public struct StudyConfiguration: Codable, Sendable, Hashable {
    /// A set of labelled images to train on.
    public struct TrainSource: Codable, Sendable, Hashable {
        /// Name in the report.
        public var name: String
        /// A folder `<identity>/<image>`, a RecordIO pack, a list or a TSV file (see
        /// `LabelledImageSet.open`), or `synthetic:<preset>` for built-in faces.
        public var images: String
        /// A file with the names of identities and images that are left out, one per line.
        public var without: String?
        /// The terms under which the set may be used, in words; kept with runs, models and report.
        public var terms: String?

        /// Creates the source of a training set.
        public init(
            name: String, images: String, without: String? = nil, terms: String? = nil
        ) {
            self.name = name
            self.images = images
            self.without = without
            self.terms = terms
        }
    }

    /// A verification protocol to test on.
    public struct TestSource: Codable, Sendable, Hashable {
        /// Name in the report.
        public var name: String
        /// A verification pack, an image folder, or `synthetic:<preset>` for built-in faces.
        public var images: String
        /// A list of pairs, or a protocol of CFP; empty for packs and built-in faces.
        public var pairs: String

        /// Creates the source of a test set.
        public init(name: String, images: String, pairs: String = "") {
            self.name = name
            self.images = images
            self.pairs = pairs
        }
    }

    /// How the test sets are evaluated.
    public struct Evaluation: Codable, Sendable, Hashable {
        /// Pairs evaluated after each epoch but the last, after which all are; 0 for all.
        public var pairsEachEpoch: Int
        /// Images embedded at once.
        public var batchSize: Int
        /// How scores on sets of templates are normalised: `none`, `z`, `t`, `s`, `as` or `as:N`.
        public var scoreNorm: String
        /// A set of labelled images of the cohort that normalises scores; empty for the training set's
        /// people.
        public var cohort: String
        /// Weights of a template's images: `norm+detector`, `norm`, `detector` or `none`.
        public var templateWeights: String
        /// A table of attributes of people or images, for error rates by group; empty for none.
        public var attributes: String
        /// A list of qualities of images, for error against rejection; empty for none.
        public var quality: String
        /// Treatment of test images that cannot be read or decoded: `refuse` for an error, `count` for
        /// failures to enrol.
        public var failures: String

        /// Creates options of the evaluation.
        public init(
            pairsEachEpoch: Int = 0, batchSize: Int = 128, scoreNorm: String = "none",
            cohort: String = "", templateWeights: String = "norm+detector", attributes: String = "",
            quality: String = "", failures: String = "refuse"
        ) {
            self.pairsEachEpoch = pairsEachEpoch
            self.batchSize = batchSize
            self.scoreNorm = scoreNorm
            self.cohort = cohort
            self.templateWeights = templateWeights
            self.attributes = attributes
            self.quality = quality
            self.failures = failures
        }
    }

    /// Data for choosing a model, so that no test set is needed for that.
    public struct Validation: Codable, Sendable, Hashable {
        /// Fraction of the training identities that are held out for it; 0 for none, at most 1/2.
        public var identities: Double
        /// Maximum number of pairs of their images that are tested after each epoch.
        public var pairs: Int

        /// Creates options of the validation on held-out identities.
        public init(identities: Double = 0, pairs: Int = 2000) {
            self.identities = identities
            self.pairs = pairs
        }
    }

    /// How losses are tuned before they are compared: each with the same number of tries, scored on
    /// held-out training identities.
    public struct Tuning: Codable, Sendable, Hashable {
        /// Number of settings tried for each loss with each backbone on each training set, including the
        /// default; 0 for no tuning.
        public var tries: Int
        /// Epochs of a try; 0 for as many as a run of the study has.
        public var epochs: Int
        /// Whether to use successive halving: shorter tries first, of which the better half get longer
        /// ones.
        public var halving: Bool
        /// Whether the weight decay is tuned as well.
        public var weightDecay: Bool
        /// Ranges that replace the losses' own: `arcface:m=0.2..0.6,s=16..64 log`,
        /// `all:learningRate=0.01..0.2`.
        public var spaces: [String]

        /// Creates options of the tuning.
        public init(
            tries: Int = 0, epochs: Int = 0, halving: Bool = false, weightDecay: Bool = false,
            spaces: [String] = []
        ) {
            self.tries = tries
            self.epochs = epochs
            self.halving = halving
            self.weightDecay = weightDecay
            self.spaces = spaces
        }

        /// Whether anything is tuned.
        public var isOn: Bool { tries > 0 }
    }

    /// Name of the published recipe that the settings began from; empty if there is none. It does not
    /// affect any number: a report shows the recipe's published figures next to the study's.
    public var recipe: String = ""
    /// The training sets of the grid.
    public var train: [TrainSource]
    /// The test sets; the tables show the first one.
    public var test: [TestSource]
    /// Backbones with their options, e.g. `resnet50:width=0.5`.
    public var backbones: [String]
    /// Losses with their parameters, e.g. `arcface:m=0.4,s=32`.
    public var losses: [String]
    /// `auto` (each loss its own), `shuffle`, or `pk:PxK` for all losses.
    public var sampler: String
    /// Seeds; every loss is trained with each.
    public var seeds: [UInt64]
    /// Height and width of the network's input, in pixels.
    public var inputSize: Int
    /// `auto`, `float32` or `bfloat16`.
    public var precision: String
    /// `auto`, `cpu`, `cuda` or `cuda:N`.
    public var device: String
    /// Threads per operation; 0 for one per core available to the process.
    public var threads: Int
    /// `auto` for the best that the processor supports, or the most advanced kernels that may be used:
    /// `libtorch`, `portable`, `avx2` or `avx512`.
    public var kernels: String
    /// The conversion of images' bytes to network input.
    public var input: Input
    /// The initial weights of networks.
    public var start: Start
    /// How networks are trained.
    public var training: TrainingConfiguration
    /// How test sets are evaluated.
    public var evaluation: Evaluation
    /// Data for choosing models.
    public var validation: Validation
    /// How losses are tuned before they are compared.
    public var tuning: Tuning

    /// Creates a configuration; without sets it is a template.
    public init(
        train: [TrainSource] = [], test: [TestSource] = [],
        backbones: [String] = ["resnet50", "mobilenetv1"],
        losses: [String] = ["softmax", "asoftmax", "amsoftmax", "arcface", "marginal"],
        sampler: String = "auto", seeds: [UInt64] = [1], inputSize: Int = 112,
        precision: String = "auto", device: String = "auto", threads: Int = 0,
        kernels: String = "auto", input: Input = Input(), start: Start = Start(),
        training: TrainingConfiguration = TrainingConfiguration(),
        evaluation: Evaluation = Evaluation(), validation: Validation = Validation(),
        tuning: Tuning = Tuning()
    ) {
        self.train = train
        self.test = test
        self.backbones = backbones
        self.losses = losses
        self.sampler = sampler
        self.seeds = seeds
        self.inputSize = inputSize
        self.precision = precision
        self.device = device
        self.threads = threads
        self.kernels = kernels
        self.input = input
        self.start = start
        self.training = training
        self.evaluation = evaluation
        self.validation = validation
        self.tuning = tuning
    }
}

// MARK: - Study files

extension StudyConfiguration {
    /// Reads a study file on top of a template.
    ///
    /// - Throws: `FaceConfigurationError` if it cannot be read, is not JSON5, or has an unknown key or an
    ///   invalid value.
    public static func read(
        _ url: URL, over template: StudyConfiguration = StudyConfiguration()
    ) throws -> StudyConfiguration {
        // It is read more than once, so a pipe would block its reader.
        guard !PlainFile.isSpecial(url) else {
            throw FaceConfigurationError.unreadable(path: url.path, reason: PlainFile.notReadable)
        }
        return try keys.read(url, over: template)
    }

    /// Writes the configuration as a study file, atomically.
    public func write(to url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try AtomicFile.write(encoder.encode(recordJSON()), to: url)
        } catch SafeFilesError.noSpace(let path) {
            throw FaceStudyError.noSpace(path: path)
        } catch {
            throw FaceStudyError.cannotWrite(path: url.path, reason: "\(error)")
        }
    }

    /// The configuration as a JSON value, with all its keys.
    public func json() -> JSONValue { Self.keys.json(of: self) }

    /// The configuration as stored in a run: without the keys of tuning if they have their defaults, so
    /// that a run's record is the same in a study that tunes and in one that does not.
    func recordJSON() -> JSONValue {
        guard tuning == Tuning(), case .object(var members) = json() else { return json() }
        members["tuning"] = nil
        return .object(members)
    }
}
