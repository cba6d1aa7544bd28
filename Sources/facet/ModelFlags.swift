import CommandKit
import FaceEmbedding
import FaceModels
import FaceStudy
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
    static let input = [
        Option(
            "--colour", .value("NAME"),
            "channel order expected by a network whose file does not state it: rgb (default) "
                + "or bgr",
            completion: .words(ColourOrder.allCases.map(\.rawValue))),
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

    /// The settings that ``stateDict`` requests.
    static func stateDict(_ arguments: Arguments) -> StateDictOptions {
        StateDictOptions(
            backbone: arguments.value("--backbone"), isPartial: arguments.has("--partial"),
            told: Console.note)
    }

    /// The requested input format of a network whose file does not state it.
    static func input(_ arguments: Arguments) throws -> RequestedInput {
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
        let order = try arguments.choice("--colour", among: ColourOrder.allCases.map(\.rawValue))
            .flatMap(ColourOrder.init)
        return RequestedInput(
            colourOrder: order, mean: try numbers("--input-mean", in: -255...255),
            standardDeviation: try numbers("--input-deviation", in: 0.001...10_000))
    }
}

extension StudyConfiguration {
    /// The test sets, to be opened where they are tested.
    var namedTests: [NamedTestSet] {
        test.map { NamedTestSet(name: $0.name, images: $0.images, pairs: $0.pairs) }
    }
}
