import CommandKit
import FaceEmbedding
import FaceModels
import FaceStudy
import Foundation
import ModelExport

/// Common options of the commands that take a model of any kind and test sets.
enum ModelFlags {
    /// Options for reading a state dict.
    static let stateDict = [
        Option(
            "--backbone", .value("NAME"),
            "the network of a PyTorch state dict (.pth, .pt), e.g. iresnet50",
            completion: .words(StudyOptions.backboneNames)),
        Option(
            "--partial", .flag, "load the matching part of a state dict if not all of it fits"),
    ]

    /// Options for the input format of a network whose file does not state it.
    static let input = inputOptions(colour: "--colour")

    /// The same with another name for the option of the channel order.
    static func inputOptions(colour: String) -> [Option] {
        [
            Option(
                colour, .value("NAME"),
                "channel order of a network whose file does not state it: rgb (default) "
                    + "or bgr",
                completion: colourOrders)
        ] + range
    }

    /// The values of a channel order option.
    static let colourOrders = Completion.words(ColourOrder.allCases.map(\.rawValue))

    private static let range = [
        Option(
            "--input-mean", .value("X|X,X,X"),
            "number subtracted from each byte for such a network; default 127.5; three for ONNX only"
        ),
        Option(
            "--input-deviation", .value("X|X,X,X"), "divisor of the difference; default 127.5"),
    ]

    /// The option for the threads per operation.
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

    /// The engines that run networks.
    private enum Engine: String, CaseIterable {
        case libtorch, openvino
    }

    /// The requested engine; nil for LibTorch.
    static func engine(_ arguments: Arguments) throws -> (any EmbeddingEngine)? {
        let name = try arguments.choice("--engine", among: Engine.allCases.map(\.rawValue))
        switch name.flatMap(Engine.init) {
        case nil, .libtorch: return nil
        case .openvino: return OpenVINOEngine(version: FacetVersion.number, log: Console.note)
        }
    }

    /// The values of the options ``stateDict``.
    ///
    /// - Parameter colour: The option for its channel order.
    static func stateDict(
        _ arguments: Arguments, colour: String = "--colour"
    ) -> StateDictOptions {
        StateDictOptions(
            backbone: arguments.value("--backbone"), isPartial: arguments.has("--partial"),
            colourOption: colour, log: Console.note)
    }

    /// The requested input format of a network whose file does not state it.
    ///
    /// - Parameter colour: The option for the channel order.
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
    /// The channel order given by an option; nil if it is not given.
    static func colourOrder(_ arguments: Arguments, _ option: String) throws -> ColourOrder? {
        try arguments.choice(option, among: ColourOrder.allCases.map(\.rawValue))
            .flatMap(ColourOrder.init)
    }

    /// Refuses input options if the files of all models state their input format.
    ///
    /// - Parameter options: The input options.
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
    /// The test sets, not opened yet.
    var namedTests: [NamedTestSet] {
        test.map { NamedTestSet(name: $0.name, images: $0.images, pairs: $0.pairs) }
    }
}
