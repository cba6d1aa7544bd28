public import Foundation
public import Torch

/// A trained backbone in one self-describing safetensors file.
///
/// Weights have PyTorch's names and order. The file's metadata has these strings:
///
/// | key | value |
/// |---|---|
/// | `format` | `pt`, as other readers of safetensors expect |
/// | `backbone` | the specification, e.g. `resnet50:stride=3x3` |
/// | `embedding_size` | length of an embedding |
/// | `input_size` | height and width of an image, in pixels; at most 1024 |
/// | `mean`, `deviation` | of the ``InputNormalization``; 0...255, and 0.1...10000 |
/// | `color_order` | `RGB` or `BGR`, the network's input order |
/// | `mean_face` | mean of the training images in grey, a square of at most 64 x 64 bytes in base64, if known |
/// | `facet_version`, `train_set`, `loss` | the origin of the model, if known |
/// | `terms` | the terms of use of its training set, in words, if stated |
/// | `thresholds` | calibration of its scores on a test set, as JSON, if `facet evaluate --save-thresholds` has measured it |
public enum ModelFile {
    /// Metadata of a file in addition to the backbone's specification.
    public struct Metadata: Hashable, Sendable {
        /// Height and width of an image, in pixels.
        public var inputSize: Int
        /// Normalisation of bytes before they enter the network.
        public var normalization: InputNormalization
        /// Version of Facet that wrote the file.
        public var facetVersion: String?
        /// Name of the training set.
        public var trainSet: String?
        /// The training loss, e.g. `arcface:m=0.4`.
        public var loss: String?
        /// Mean of the training images in grey: a square, row by row, of 0...255. It shows how they were
        /// cropped, so that images with a different crop can be detected.
        public var meanFace: [UInt8]?
        /// Calibration of its scores on a test set, as JSON.
        public var thresholds: String?
        /// Terms of use of its training set, in words.
        public var terms: String?

        /// Memberwise initialiser.
        public init(
            inputSize: Int = 112, normalization: InputNormalization = .standard,
            facetVersion: String? = nil, trainSet: String? = nil, loss: String? = nil,
            meanFace: [UInt8]? = nil, thresholds: String? = nil, terms: String? = nil
        ) {
            self.inputSize = inputSize
            self.normalization = normalization
            self.facetVersion = facetVersion
            self.trainSet = trainSet
            self.loss = loss
            self.meanFace = meanFace
            self.thresholds = thresholds
            self.terms = terms
        }
    }

    // MARK: Writing

    /// Writes a backbone atomically.
    ///
    /// - Throws: ``FaceModelsError/weights(_:)`` when the file cannot be written.
    public static func write(
        _ backbone: any Backbone, _ metadata: Metadata, to url: URL
    ) throws(FaceModelsError) {
        do {
            try Safetensors.write(
                backbone.state, metadata: strings(backbone, metadata), to: url)
        } catch {
            throw .weights(error)
        }
    }

    /// Size of a backbone's file in bytes.
    public static func byteCount(
        _ backbone: any Backbone, _ metadata: Metadata = Metadata()
    ) -> Int {
        Safetensors.byteCount(backbone.state, metadata: strings(backbone, metadata))
    }

    private static func strings(
        _ backbone: any Backbone, _ metadata: Metadata
    ) -> [String: String] {
        var strings = [
            "backbone": backbone.specification.description,
            "color_order": metadata.normalization.order.rawValue.uppercased(),
            "deviation": "\(metadata.normalization.standardDeviation)",
            "embedding_size": "\(backbone.embeddingSize)",
            "format": "pt",
            "input_size": "\(metadata.inputSize)",
            "mean": "\(metadata.normalization.mean)",
        ]
        strings["facet_version"] = metadata.facetVersion
        strings["loss"] = metadata.loss
        strings["mean_face"] = metadata.meanFace.map(ModelMetadata.text)
        strings["terms"] = metadata.terms
        strings["thresholds"] = metadata.thresholds
        strings["train_set"] = metadata.trainSet
        return strings
    }

    // MARK: Reading

    /// Reads a backbone.
    ///
    /// - Parameter expected: The backbone that the file must contain; nil for any.
    /// - Throws: ``FaceModelsError`` if the file is damaged or truncated, does not name its
    ///   backbone, contains a different backbone than expected, or its weights do not fit its
    ///   metadata.
    public static func read(
        _ url: URL, expecting expected: BackboneSpecification? = nil, device: Device = .cpu
    ) throws(FaceModelsError) -> (backbone: any Backbone, metadata: Metadata) {
        let content = try weights { () throws(TorchError) in try Safetensors.read(url) }
        return try read(content, path: url.path, expecting: expected, device: device)
    }

    /// Reads a backbone from a file's content.
    ///
    /// - Parameter path: The file's path for messages.
    /// - Throws: As ``read(_:expecting:device:)``.
    public static func read(
        _ content: Safetensors.Content, path: String,
        expecting expected: BackboneSpecification? = nil, device: Device = .cpu
    ) throws(FaceModelsError) -> (backbone: any Backbone, metadata: Metadata) {
        let entries = Entries(strings: content.metadata, path: path)
        let specification = try entries.specification()
        if let expected, expected != specification {
            throw .otherBackbone(
                path: path, found: specification.description, expected: expected.description)
        }
        let metadata = try entries.metadata(of: specification)
        let backbone = try BackboneCatalogue.make(
            specification, inputSize: metadata.inputSize,
            initial: .zeros(device: device))
        try weights { () throws(TorchError) in
            try backbone.state.load(content.tensors, path: path)
        }
        return (backbone, metadata)
    }

    private static func weights<Result>(
        _ body: () throws(TorchError) -> Result
    ) throws(FaceModelsError) -> Result {
        do { return try body() } catch { throw .weights(error) }
    }
}

/// A model file's metadata, parsed.
private struct Entries {
    let strings: [String: String]
    let path: String

    func specification() throws(FaceModelsError) -> BackboneSpecification {
        try entry("backbone") { try? BackboneSpecification(parsing: $0) }
    }

    func metadata(
        of specification: BackboneSpecification
    ) throws(FaceModelsError) -> ModelFile.Metadata {
        let order = try entry("color_order", ModelMetadata.colourOrder)
        _ = try entry("embedding_size") { $0 == "\(specification[.embeddingSize])" ? $0 : nil }
        return ModelFile.Metadata(
            inputSize: try entry("input_size") {
                Int($0).flatMap { (1...Self.maxInput).contains($0) ? $0 : nil }
            },
            normalization: InputNormalization(
                mean: try entry("mean") {
                    ModelMetadata.number($0, in: ModelMetadata.means)
                },
                standardDeviation: try entry("deviation") {
                    ModelMetadata.number($0, in: ModelMetadata.deviations)
                },
                order: order),
            facetVersion: strings["facet_version"], trainSet: strings["train_set"],
            loss: strings["loss"],
            meanFace: strings["mean_face"] == nil
                ? nil : try entry("mean_face", ModelMetadata.meanFace),
            thresholds: strings["thresholds"], terms: strings["terms"])
    }

    /// The largest input size that a study trains with; larger values in a file would exhaust memory.
    private static let maxInput = 1024

    private func entry<Value>(
        _ key: String, _ read: (String) -> Value?
    ) throws(FaceModelsError) -> Value {
        guard let text = strings[key], let value = read(text) else {
            // A value may be as long as the file.
            throw .notAModel(
                path: path, key: key, value: strings[key].map { String($0.prefix(80)) })
        }
        return value
    }
}
