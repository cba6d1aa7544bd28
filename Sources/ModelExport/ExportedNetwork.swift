import FaceEmbedding
public import FaceModels
public import Foundation
import ONNX
import Torch

/// A backbone in the formats of other programs.
public struct ExportedNetwork {
    /// The name of the input of networks in ONNX: `[n, 3, h, w]`.
    public static let input = "images"
    /// The name of their output: `[n, d]`.
    public static let output = "embeddings"

    private let backbone: any Backbone
    private let metadata: ModelFile.Metadata
    private let trace: BatchTrace

    /// Traces a network.
    ///
    /// - Parameter metadata: The network's metadata.
    /// - Throws: `TorchError` when LibTorch cannot record it, and
    ///   ``ModelExportError/unsupported(operation:network:)`` for a network whose computation depends on
    ///   the number of images.
    public init(_ backbone: any Backbone, _ metadata: ModelFile.Metadata) throws {
        self.backbone = backbone
        self.metadata = metadata
        trace = try BatchTrace(
            of: backbone.state, title: backbone.specification.title, side: metadata.inputSize
        ) { backbone($0, training: false) }
    }

    /// The network as ONNX, with metadata: that of ``ModelFile``, and the terms of the licence.
    ///
    /// - Parameter terms: The user's statement of the licence.
    /// - Throws: ``ModelExportError/unsupported(operation:network:)`` for an operation that ONNX cannot
    ///   express, `ONNXError` for more than 2 GB.
    public func onnx(
        _ options: ONNXOptions, terms: String? = nil, version: String
    ) throws -> Data {
        try onnx(options, ranges: [:], terms: terms, version: version)
    }

    /// The network as in ``onnx(_:terms:version:)``, with products in int8.
    ///
    /// - Parameter ranges: Ranges of the products' inputs; inputs without one are not rounded.
    func onnx(
        _ options: ONNXOptions, ranges: [String: ActivationRange], terms: String?, version: String
    ) throws -> Data {
        let graph = begin(version)
        let prepared = prepare(graph, options)
        let made = try ONNXConverter.convert(
            trace, into: graph, from: prepared, options, ranges: ranges,
            title: backbone.specification.title)
        if options.isHalf {
            graph.addNode(
                "Cast", [made.output], output: Self.output,
                ["to": .int(ONNXElementType.float32.rawValue)])
        } else {
            graph.addNode("Identity", [made.output], output: Self.output)
        }
        graph.addOutput(
            Self.output, type: .float32, shape: [nil, backbone.embeddingSize])
        var strings = strings(options, terms, version)
        if !ranges.isEmpty { strings["precision"] = "int8" }
        for (key, value) in strings.sorted(by: { $0.key < $1.key }) {
            graph.addMetadata(key, value)
        }
        return try Self.data(graph, made)
    }

    /// A network in ONNX, in float32, that outputs the inputs of this network's products, and the names of
    /// these outputs.
    func observed() throws -> (file: Data, names: [String]) {
        let graph = begin("")
        let made = try ONNXConverter.convert(
            trace, into: graph, from: Self.input, ONNXOptions(),
            title: backbone.specification.title)
        // A graph's input cannot be its output.
        let inner = made.observed.filter { $0.name != Self.input }
        for (name, tensor) in inner {
            graph.addOutput(
                name, type: .float32,
                shape: [nil] + trace.trace.shape(of: tensor).dropFirst().map { $0 })
        }
        return (try Self.data(graph, made), inner.map(\.name))
    }

    private func begin(_ version: String) -> ONNXGraph {
        let side = metadata.inputSize
        let graph = ONNXGraph(
            name: backbone.specification.title, producer: ("Facet", version))
        graph.addInput(Self.input, type: .float32, shape: [nil, 3, side, side])
        return graph
    }

    private static func data(_ graph: ONNXGraph, _ made: ONNXConverter) throws -> Data {
        // Versions of the file format that correspond to the operator versions.
        let irVersion = made.operatorVersion >= 15 ? 8 : 7
        return try graph.data(irVersion: irVersion, operatorVersion: made.operatorVersion)
    }

    /// Adds the preprocessing, and returns the name of the network's input tensor. insightface recognises
    /// by the node names `Sub...` and `Mul...` that a network normalises its input itself.
    private func prepare(_ graph: ONNXGraph, _ options: ONNXOptions) -> String {
        var name = Self.input
        if options.isRawInput {
            let normalization = metadata.normalization
            graph.addTensor("input_mean", [Float(normalization.mean)], shape: [])
            graph.addTensor(
                "input_factor", [Float(1 / normalization.standardDeviation)], shape: [])
            graph.addNode("Sub", [name, "input_mean"], output: "centred")
            graph.addNode("Mul", ["centred", "input_factor"], output: "normalised")
            name = "normalised"
        }
        if swapsChannels(options) {
            graph.addTensor("channel_order", [2, 1, 0])
            graph.addNode(
                "Gather", [name, "channel_order"], output: "reordered", ["axis": .int(1)])
            name = "reordered"
        }
        guard options.isHalf else { return name }
        graph.addNode(
            "Cast", [name], output: "half", ["to": .int(ONNXElementType.float16.rawValue)])
        return "half"
    }

    /// Whether the input's channel order differs from the one that the network was trained on.
    private func swapsChannels(_ options: ONNXOptions) -> Bool {
        options.colourOrder != metadata.normalization.order
    }

    private func strings(
        _ options: ONNXOptions, _ terms: String?, _ version: String
    ) -> [String: String] {
        let normalization = metadata.normalization
        var strings = [
            "backbone": backbone.specification.description,
            "color_order": options.colourOrder.rawValue.uppercased(),
            "deviation": options.isRawInput ? "1" : "\(normalization.standardDeviation)",
            "embedding_size": "\(backbone.embeddingSize)", "exported_by": "Facet \(version)",
            "input_size": "\(metadata.inputSize)",
            "mean": options.isRawInput ? "0" : "\(normalization.mean)",
            "precision": options.isHalf ? "float16" : "float32",
        ]
        strings["facet_version"] = metadata.facetVersion
        strings["loss"] = metadata.loss
        strings["mean_face"] = metadata.meanFace.map(ModelMetadata.text)
        strings["terms"] = terms ?? metadata.terms
        strings["train_set"] = metadata.trainSet
        return strings
    }

    /// Writes the network as TorchScript, with the same metadata in its file's comment
    /// (`ScriptMetadata`).
    ///
    /// - Parameter options: The input's range and channel order; the other options do not apply.
    /// - Throws: `TorchError` and `FaceEmbeddingError` when the file cannot be written.
    public func writeTorchScript(
        to url: URL, _ options: ONNXOptions = ONNXOptions(), terms: String? = nil, version: String
    ) throws {
        try recorded(options).writeTorchScript(to: url)
        var stated = options
        stated.isHalf = false
        try ScriptMetadata.write(strings(stated, terms, version), to: url)
    }

    /// The trace of the network with preprocessing.
    private func recorded(_ options: ONNXOptions) throws -> BatchTrace {
        let (swaps, normalization) = (swapsChannels(options), metadata.normalization)
        guard swaps || options.isRawInput else { return trace }
        return try BatchTrace(
            of: backbone.state, title: backbone.specification.title, side: metadata.inputSize
        ) { [backbone] given in
            var images = given
            if options.isRawInput {
                images = (images - normalization.mean) * (1 / normalization.standardDeviation)
            }
            return backbone(swaps ? images.flipped(1) : images, training: false)
        }
    }
}
