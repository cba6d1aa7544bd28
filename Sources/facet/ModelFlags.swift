import CommandKit
import FaceEmbedding
import FaceModels
import FaceStudy
import Foundation
import ModelExport

/// Common options of the commands that take a model of any kind and test sets.
enum ModelFlags {
    /// How a state dict is read.
    static let stateDict = [
        Option(
            "--backbone", .value("NAME"),
            "the network of a PyTorch state dict (.pth, .pt), e.g. iresnet50",
            completion: .words(StudyOptions.backboneNames)),
        Option(
            "--partial", .flag, "load the matching part of a state dict if not all of it fits"),
    ]

    /// How images are prepared for a network whose file does not say it.
    static let input = inputOptions(colour: "--colour")

    /// The same, with another name for the order of the channels.
    static func inputOptions(colour: String) -> [Option] {
        [
            Option(
                colour, .value("NAME"),
                "order of the channels that a network expects whose file does not say it: rgb (default) "
                    + "or bgr",
                completion: colourOrders)
        ] + range
    }

    /// The orders that a colour option takes.
    static let colourOrders = Completion.words(ColourOrder.allCases.map(\.rawValue))

    private static let range = [
        Option(
            "--input-mean", .value("X|X,X,X"),
            "what is subtracted from each byte for such a network; default 127.5. Three for ONNX only"
        ),
        Option(
            "--input-deviation", .value("X|X,X,X"), "what that is divided by; default 127.5"),
    ]

    /// Threads of an operation.
    static let threads = Option(
        "--threads", .value("N"), "threads per operation; 0 for one per available core",
        elsewhere: OptionsElsewhere.threads)

    /// Options of the device and engine that run a model.
    static let compute = [
        Option(
            "--precision", .value("NAME"), "auto, float32 or bfloat16; not for TorchScript",
            elsewhere: OptionsElsewhere.precision,
            completion: .words(["auto", "float32", "bfloat16"])),
        Option(
            "--device", .value("NAME"), "auto, cpu, cuda or cuda:N",
            elsewhere: OptionsElsewhere.device, completion: .words(["auto", "cpu", "cuda"])),
        threads,
        Option(
            "--engine", .value("NAME"),
            "engine for networks of Facet's backbones: libtorch (default) or openvino, if it gives the same",
            completion: .words(Engine.allCases.map(\.rawValue))),
    ]

    /// The engine that computes a network.
    private enum Engine: String, CaseIterable {
        case libtorch, openvino
    }

    /// The engine that is requested; nil for LibTorch.
    static func engine(_ arguments: Arguments) throws -> (any EmbeddingEngine)? {
        let name = try arguments.choice("--engine", among: Engine.allCases.map(\.rawValue))
        switch name.flatMap(Engine.init) {
        case nil, .libtorch: return nil
        case .openvino: return OpenVINOEngine(version: FacetVersion.number, told: Console.note)
        }
    }

    /// What is asked for by ``stateDict``.
    ///
    /// - Parameter colour: The option for the order of its channels.
    static func stateDict(
        _ arguments: Arguments, colour: String = "--colour"
    ) -> StateDictOptions {
        StateDictOptions(
            backbone: arguments.value("--backbone"), isPartial: arguments.has("--partial"),
            colourOption: colour, told: Console.note)
    }

    /// What is asked for of the input of a network whose file does not say it.
    ///
    /// - Parameter colour: The option for the order of the channels.
    static func input(
        _ arguments: Arguments, colour: String = "--colour"
    ) throws -> RequestedInput {
        func numbers(_ option: String, in range: ClosedRange<Double>) throws -> [Double]? {
            guard let text = arguments.value(option) else { return nil }
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let values = parts.compactMap { Double($0) }.filter(range.contains)
            guard values.count == parts.count, values.count == 1 || values.count == 3 else {
                throw CommandError.badValue(
                    option: option, value: text,
                    expected: "one number or three, from \(range.lowerBound) to \(range.upperBound)"
                )
            }
            return values
        }
        return RequestedInput(
            colourOrder: try colourOrder(arguments, colour),
            mean: try numbers("--input-mean", in: -255...255),
            standardDeviation: try numbers("--input-deviation", in: 0.001...10_000))
    }
}

extension ModelFlags {
    /// The order of channels that an option asks for; nil where it is not given.
    static func colourOrder(_ arguments: Arguments, _ option: String) throws -> ColourOrder? {
        try arguments.choice(option, among: ColourOrder.allCases.map(\.rawValue))
            .flatMap(ColourOrder.init)
    }

    /// Refuses what is said of an input where the files of all models say it themselves.
    ///
    /// - Parameter options: Options that would say it.
    static func requireUse(
        ofInput options: [String], _ arguments: Arguments, _ paths: [String]
    ) throws {
        let takes = paths.contains {
            EmbeddingSource.takesRequestedInput(URL(fileURLWithPath: $0))
        }
        guard !takes, let option = options.first(where: arguments.has) else { return }
        throw CommandError.together(
            option, "a model or embeddings whose file states how images are prepared")
    }
}

extension StudyConfiguration {
    /// The test sets, to be opened where they are tested.
    var namedTests: [NamedTestSet] {
        test.map { NamedTestSet(name: $0.name, images: $0.images, pairs: $0.pairs) }
    }
}
