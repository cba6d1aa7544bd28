import CommandKit
import FaceEmbedding
import FaceModels
import FaceStudy
import Foundation

/// Common options of the commands that use a model on pictures.
enum UseFlags {
    /// Options for opening and running a model.
    static let network =
        ModelFlags.stateDict + [
            Option(
                "--input-size", .value("N"),
                "height and width of the input of a network that does not state it; default 112",
                elsewhere: OptionsElsewhere.inputSize)
        ] + ModelFlags.input + ModelFlags.compute

    /// The values of the options for running a model.
    static func options(_ arguments: Arguments) throws -> EmbeddingOptions {
        let configuration = try StudyOptions.configuration(
            arguments, without: Set(StudyConfiguration.Input.flags))
        return EmbeddingOptions(
            compute: try configuration.resolvedCompute(),
            batchSize: try arguments.whole("--batch-size", in: 1...1_000_000)
                ?? configuration.evaluation.batchSize,
            inputSize: configuration.inputSize, input: try ModelFlags.input(arguments),
            engine: try ModelFlags.engine(arguments))
    }

    /// Opens the model of a command, with a detector for photographs if `--detect` is given.
    static func embedder(_ path: String, _ arguments: Arguments) throws -> FaceEmbedder {
        let options = try options(arguments)
        let embedder = try FaceEmbedder(
            model: URL(fileURLWithPath: path), options: options,
            weights: ModelFlags.stateDict(arguments), cropping: .aligned)
        let aligner = try DetectorOptions.aligner(
            arguments, template: embedder.template, threads: options.compute.threads)
        guard let aligner else { return embedder }
        return embedder.cropping(
            by: .detecting(aligner) { Console.standard.warning($0) })
    }

    /// The value of an option that is a rate.
    static func rate(_ option: String, _ arguments: Arguments) throws -> Double? {
        try arguments.convert(option, "a number above 0 and below 1, e.g. 1e-3") {
            Double($0).flatMap { $0 > 0 && $0 < 1 ? $0 : nil }
        }
    }
}
