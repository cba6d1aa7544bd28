import FaceLosses
import Testing
import Torch

/// A loss of another program's.
private final class RegisteredLoss: AngularMarginLoss {
    static let marginKey = LossParameterKey.number("m", default: 0.2, in: 0...1, "a margin")
    static let descriptor = LossDescriptor(
        name: "test-registered", title: "Registered", summary: "s", paper: "p", equation: "e",
        parameters: [marginKey.parameter], presets: [LossPreset("test-preset", "s", ["m": 0.3])])
    let weight: Tensor
    private let margin: Double
    init(_ setup: LossSetup) {
        weight = setup.directionWeights()
        margin = setup[Self.marginKey]
    }
    func margin(_ batch: AngularBatch, at progress: LossProgress) -> AngularMargin {
        AngularMargin(
            targetCosines: batch.targetCosines - margin, scale: .constant(20), gradient: .exact,
            state: [.margin: margin])
    }
}

/// A loss under a name that is taken.
private final class TakenLoss: ConfigurableLoss {
    static let descriptor = LossDescriptor(
        name: "test-taken", title: "", summary: "", paper: "", equation: "",
        presets: [LossPreset("insightface", "taken")])
    let state: [StateEntry] = []
    init(_ setup: LossSetup) {}
    func evaluate(
        embeddings: Tensor, labels: Tensor, progress: LossProgress
    ) -> LossOutput { LossOutput(loss: embeddings.sum()) }
}

@Suite("Registration of losses")
struct RegistrationTests {
    @Test("makes a loss known by its name and presets, and twice is once")
    func register() throws {
        try LossCatalogue.register(RegisteredLoss.self)
        try LossCatalogue.register(RegisteredLoss.self)
        #expect(LossCatalogue.descriptors.count { $0.name == "test-registered" } == 1)
        let specification = try LossSpecification(parsing: "test-preset+center")
        #expect(specification.description == "test-registered:m=0.3+center")
        let sample = Sample.random(seed: 1)
        let found = try Evaluation("test-registered:m=0.35", sample)
        expectClose(
            found.loss, try Evaluation("amsoftmax-paper:s=20", sample).loss, tolerance: 1e-12)
        let loss = try LossCatalogue.make(
            specification, classes: 7, embeddingSize: 4, initial: InitialWeights(seed: 1))
        #expect(loss.classCount == 7)
    }

    @Test("refuses a name that a loss or preset has")
    func taken() {
        let error = #expect(throws: FaceLossesError.nameTaken("insightface")) {
            try LossCatalogue.register(TakenLoss.self)
        }
        #expect(
            error?.description
                == "a loss or preset named 'insightface' already exists; choose another name"
        )
        #expect(!LossCatalogue.descriptors.contains { $0.name == "test-taken" })
    }
}
