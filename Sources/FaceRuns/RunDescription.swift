public import FaceConfiguration

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
