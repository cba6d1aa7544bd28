public import Foundation
public import Torch

/// A trained backbone in one safetensors file that says of itself what it is.
public enum ModelFile {
    /// What a file says beside its weights.
    public struct Description: Sendable, Hashable {
        /// The network.
        public var specification: BackboneSpecification
        /// Height and width of its input, in pixels.
        public var inputSize: Int
        /// What bytes become before they enter it; they are in RGB order.
        public var normalization: InputNormalization

        /// Describes a model.
        public init(
            specification: BackboneSpecification, inputSize: Int,
            normalization: InputNormalization = .standard
        ) {
            self.specification = specification
            self.inputSize = inputSize
            self.normalization = normalization
        }
    }

    /// Writes a backbone, as a whole or not at all.
    public static func write(
        _ backbone: any Backbone, _ description: Description, to url: URL
    ) throws(TorchError) {
        try Safetensors.write(
            backbone.state,
            metadata: [
                "backbone": description.specification.description, "colour": "RGB",
                "deviation": "\(description.normalization.deviation)", "format": "pt",
                "input_size": "\(description.inputSize)",
                "mean": "\(description.normalization.mean)",
            ], to: url)
    }

    /// Reads a backbone.
    ///
    /// - Throws: ``FaceModelsError`` or `TorchError` when the file is damaged, of another kind, or
    ///   does not fit the network it names.
    public static func read(
        _ url: URL, device: Device = .cpu
    ) throws -> (backbone: any Backbone, description: Description) {
        let content = try Safetensors.read(url)
        func entry(_ key: String) throws(FaceModelsError) -> String {
            guard let value = content.metadata[key] else {
                throw .noDescription(path: url.path, key: key)
            }
            return value
        }
        let description = Description(
            specification: try BackboneSpecification(parsing: entry("backbone")),
            inputSize: Int(try entry("input_size")) ?? 112,
            normalization: InputNormalization(
                mean: Double(try entry("mean")) ?? 127.5,
                deviation: Double(try entry("deviation")) ?? 127.5))
        let backbone = try BackboneCatalogue.make(
            description.specification, inputSize: description.inputSize,
            initial: InitialWeights(seed: 0, device: device))
        try backbone.state.load(content.tensors, path: url.path)
        return (backbone, description)
    }
}
