public import FaceConfiguration
public import FaceTraining
public import Foundation
import SafeFiles

/// A grid of runs: every training set with every backbone, loss and seed, on the same test sets.
///
/// A study file is JSON5 (comments and trailing commas allowed); what it leaves out keeps its
/// default, and a key that does not exist is an error. The resolved configuration is written into
/// each run's folder and accepted back.
public struct StudyConfiguration: Codable, Sendable, Hashable {
    /// A set of labelled images to train on.
    public struct TrainSource: Codable, Sendable, Hashable {
        /// Name in the report.
        public var name: String
        /// A folder `<identity>/<image>`, a RecordIO pack, a list or a TSV file (see
        /// `LabelledImageSet.open`), or `synthetic:<preset>` for built-in faces.
        public var images: String
        /// A file with the names of identities and images that are left out, one a line.
        public var without: String?
        /// The terms under which the set may be used, in words; kept with runs, models and report.
        public var terms: String?

        /// Names a source.
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

        /// Names a source.
        public init(name: String, images: String, pairs: String = "") {
            self.name = name
            self.images = images
            self.pairs = pairs
        }
    }

    /// How the test sets are evaluated.
    public struct Evaluation: Codable, Sendable, Hashable {
        /// Pairs evaluated after each epoch but the last, which sees all; 0 for all.
        public var pairsEachEpoch: Int
        /// Images embedded at once.
        public var batchSize: Int
        /// How scores on sets of templates are normalised: `none`, `z`, `t`, `s`, `as` or `as:N`.
        public var scoreNorm: String
        /// A set of labelled images of the people whom scores are normalised by; empty for those of
        /// the training set.
        public var cohort: String

        /// Creates options.
        public init(
            pairsEachEpoch: Int = 0, batchSize: Int = 128, scoreNorm: String = "none",
            cohort: String = ""
        ) {
            self.pairsEachEpoch = pairsEachEpoch
            self.batchSize = batchSize
            self.scoreNorm = scoreNorm
            self.cohort = cohort
        }
    }

    /// What a model is chosen on, so that no test set has to choose.
    public struct Validation: Codable, Sendable, Hashable {
        /// Fraction of the training identities that are held out for it; 0 for none, at most 1/2.
        public var identities: Double
        /// The most pairs of their images that are tested after each epoch.
        public var pairs: Int

        /// Creates options.
        public init(identities: Double = 0, pairs: Int = 2000) {
            self.identities = identities
            self.pairs = pairs
        }
    }

    /// How losses are tuned before they are compared: each with the same number of tries, scored on
    /// held-out training identities.
    public struct Tuning: Codable, Sendable, Hashable {
        /// Settings that are tried of each loss with each backbone on each training set, the default
        /// among them; 0 for no tuning.
        public var tries: Int
        /// Epochs of a try; 0 for as many as a run of the study has.
        public var epochs: Int
        /// Whether shorter tries come first, and the better half of them gets longer ones.
        public var halving: Bool
        /// Whether the weight decay is tuned as well.
        public var weightDecay: Bool
        /// Ranges in place of the losses' own: `arcface:m=0.2..0.6,s=16..64 log`, `all:learningRate=0.01..0.2`.
        public var spaces: [String]

        /// Creates options.
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

    /// Name of the published recipe that the settings began from; empty where there is none. It decides
    /// about no number: a report lays the recipe's published figures beside the study's.
    public var recipe: String = ""
    /// The training sets.
    public var train: [TrainSource]
    /// The test sets, the one that the tables show first.
    public var test: [TestSource]
    /// Backbones with their options, e.g. `resnet50:width=0.5`.
    public var backbones: [String]
    /// Losses with their parameters, e.g. `arcface:m=0.4,s=32`.
    public var losses: [String]
    /// `auto` (each loss its own), `shuffle`, or `pk:PxK` for all losses.
    public var sampler: String
    /// Seeds; every loss of a cell is trained with each.
    public var seeds: [UInt64]
    /// Height and width of the network's input, in pixels.
    public var inputSize: Int
    /// `auto`, `float32` or `bfloat16`.
    public var precision: String
    /// `auto`, `cpu`, `cuda` or `cuda:N`.
    public var device: String
    /// Threads of one operation; 0 for one for each core that the process may use.
    public var threads: Int
    /// `auto` for the best of the processor, or the best kernels that may be used: `libtorch`,
    /// `portable`, `avx2` or `avx512`.
    public var kernels: String
    /// What bytes of images become before they enter a network.
    public var input: Input
    /// What networks begin with.
    public var start: Start
    /// How networks are trained.
    public var training: TrainingConfiguration
    /// How test sets are evaluated.
    public var evaluation: Evaluation
    /// What models are chosen on.
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
    /// - Throws: `FaceConfigurationError` when it cannot be read, is not JSON5, has a key that does not
    ///   exist, or a value that it may not have.
    public static func read(
        _ url: URL, over template: StudyConfiguration = StudyConfiguration()
    ) throws -> StudyConfiguration {
        // It is read more than once, and a pipe would hold up its reader.
        guard !PlainFile.isSpecial(url) else {
            throw FaceConfigurationError.unreadable(path: url.path, reason: PlainFile.notReadable)
        }
        return try keys.read(url, over: template)
    }

    /// Writes the configuration as a study file, as a whole or not at all.
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

    /// The configuration as it is kept: without the keys of tuning where they have their defaults, so that
    /// a run's record is the same in a study that tunes and in one that does not.
    func recordJSON() -> JSONValue {
        guard tuning == Tuning(), case .object(var members) = json() else { return json() }
        members["tuning"] = nil
        return .object(members)
    }
}
