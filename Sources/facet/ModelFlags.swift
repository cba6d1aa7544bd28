import CommandKit
import FaceEmbedding
import FaceStudy

/// What commands have in common that take a model of any kind and test sets.
enum ModelFlags {
    /// How a state dict is read.
    static let stateDict = [
        Option(
            "--backbone", .value("NAME"),
            "the network that a PyTorch state dict (.pth, .pt) is of, e.g. iresnet50",
            completion: .words(StudyOptions.backboneNames)),
        Option(
            "--partial", .flag, "take from a state dict what fits, where not all of it does"),
    ]

    /// What is asked for by ``stateDict``.
    static func stateDict(_ arguments: Arguments) -> StateDictOptions {
        StateDictOptions(
            backbone: arguments.value("--backbone"), isPartial: arguments.has("--partial"),
            told: Console.note)
    }
}

extension StudyConfiguration {
    /// The test sets, to be opened where they are tested.
    var namedTests: [NamedTestSet] {
        test.map { NamedTestSet(name: $0.name, images: $0.images, pairs: $0.pairs) }
    }
}
