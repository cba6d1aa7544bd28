import FaceModels
import Foundation
import ONNX
import OpenVINO
import Spelling
import Torch

/// A network in an ONNX file, or in OpenVINO's own format, run by OpenVINO on the CPU.
final class ONNXNetwork {
    /// Height and width of its input, in pixels.
    let inputSize: Int
    /// The conversion of bytes to network input.
    let prepared: ONNXPreparation
    /// Mean face of its training set; nil if its file does not have it.
    let meanFace: [UInt8]?

    private let path: String
    private let input: ONNXInput
    /// The only batch size that the network is compiled for; nil for any.
    private let batch: Int?
    private let output: (index: Int, name: String)
    private let outputs: Int
    private let network: OpenVINONetwork
    private let isQuantized: Bool

    /// Reads a file.
    ///
    /// - Throws: `ONNXError` for a file that is damaged, `OpenVINOError` where OpenVINO is missing or
    ///   cannot run the network, ``FaceEmbeddingError`` for a network that takes no images.
    convenience init(_ url: URL, _ options: EmbeddingOptions) throws {
        let file = try ONNXFile(url)
        try Self.requireEvaluationMode(file)
        try self.init(url, NetworkDescription(file), options)
    }

    /// Reads a file of OpenVINO's own format.
    ///
    /// - Throws: The errors of an ONNX file.
    convenience init(ir url: URL, _ options: EmbeddingOptions) throws {
        try self.init(url, NetworkDescription(try IRFile(url)), options)
    }

    /// Largest height and width of images that a file may require, in pixels.
    private static let maxSide = 4096

    private init(_ url: URL, _ file: NetworkDescription, _ options: EmbeddingOptions) throws {
        input = try ONNXInput(of: file)
        if let size = input.size, max(size.height, size.width) > Self.maxSide {
            throw FaceEmbeddingError.unfitNetwork(
                path: file.path,
                reason:
                    "its input is \(size.height)x\(size.width) pixels, more than \(Self.maxSide)")
        }
        if let size = input.size, size.height != size.width {
            throw FaceEmbeddingError.unfitNetwork(
                path: file.path,
                reason: "its input is \(size.height)x\(size.width) pixels, and not a square")
        }
        let stated = file.metadata["input_size"].flatMap { Int($0) }
            .flatMap { (1...1024).contains($0) ? $0 : nil }
        path = file.path
        inputSize = input.size?.height ?? stated ?? options.inputSize
        prepared = ONNXPreparation(of: file, input, options.input)
        meanFace = ModelMetadata.meanFace(file.metadata["mean_face"])
        outputs = file.outputs.count
        output = try Self.output(of: file)
        isQuantized = file.isQuantized
        // Whoever embeds image after image waits for each: a batch of any size takes longer to start.
        batch = input.batch ?? (options.batchSize == 1 ? 1 : nil)
        network = try OpenVINONetwork(
            url, type: input.type, shape: input.shape(side: inputSize, batch: batch),
            threads: options.compute.threads, bfloat16: options.compute.precision == .bfloat16)
    }

    /// A summary of what was read from the file.
    var summary: String {
        var parts = ["input \(inputSize)x\(inputSize), \(prepared.preparation), \(prepared.reason)"]
        if outputs > 1 { parts.append("output \(quoted: output.name), one of \(outputs)") }
        if let batch = input.batch {
            parts.append(
                batch == 1 ? "one image at a time" : "batches of \(batch), its only size")
        }
        if isQuantized { parts.append("quantised to int8") }
        return parts.joined(separator: "; ")
    }

    /// Embeddings of a batch `[n, 3, h, w]` of bytes in RGB order.
    ///
    /// - Throws: `OpenVINOError` for images that the network refuses,
    ///   ``FaceEmbeddingError/notEmbeddings(path:shape:)``.
    func embeddings(of images: Tensor, _ preparation: InputPreparation) throws -> Tensor {
        let count = images.shape[0]
        let values = preparation.prepared(
            images.array(of: Float.self), images: count, isChannelsLast: input.isChannelsLast)
        guard let batch, batch != count, count > 0 else {
            return try run(values, count)
        }
        let length = values.count / count
        var parts: [Tensor] = []
        for start in stride(from: 0, to: count, by: batch) {
            let end = min(start + batch, count)
            var part = Array(values[start * length..<end * length])
            // Repeats the last image to fill the network's batch size.
            while part.count < batch * length { part += values[(end - 1) * length..<end * length] }
            parts.append(try run(part, batch).narrowed(0, 0..<end - start))
        }
        return Tensor.concatenated(parts, dim: 0)
    }

    private func run(_ values: [Float], _ count: Int) throws -> Tensor {
        let shape = input.shape(side: inputSize, batch: count).compactMap(\.self)
        let made = try network(values, shape: shape, output: output.index)
        // [n, d, 1, 1] is an embedding that was not flattened.
        let length = made.shape.dropFirst().first ?? 0
        guard made.shape.count >= 2, made.shape[0] == count, length > 0,
            made.values.count == count * length
        else { throw FaceEmbeddingError.notEmbeddings(path: path, shape: made.shape) }
        return Tensor(made.values, shape: [count, length])
    }

    /// The first output that can have one row per image.
    private static func output(of file: NetworkDescription) throws -> (index: Int, name: String) {
        func isTable(_ value: ONNXFile.Value) -> Bool {
            guard let shape = value.shape else { return true }
            return shape.count >= 2 && shape[1] != 1 && shape.dropFirst(2).allSatisfy { $0 == 1 }
        }
        guard let index = file.outputs.firstIndex(where: isTable) else {
            let shapes = file.outputs.map { value in
                let lengths = (value.shape ?? []).map { $0.map(String.init) ?? "any" }
                return "\(quoted: value.name) [\(lengths.joined(separator: ", "))]"
            }
            throw FaceEmbeddingError.unfitNetwork(
                path: file.path,
                reason: "none of its outputs is one embedding per image: "
                    + shapes.joined(separator: ", "))
        }
        return (index, file.outputs[index].name)
    }

    /// Refuses active dropout and batch statistics.
    private static func requireEvaluationMode(_ file: ONNXFile) throws {
        for (index, node) in file.nodes.enumerated() {
            let name = node.name.isEmpty ? node.outputs.first ?? "" : node.name
            if node.type == "BatchNormalization", file.integer("training_mode", ofNode: index) == 1
            {
                throw FaceEmbeddingError.notFixed(
                    path: file.path,
                    reason: "the batch normalisation \(quoted: name) uses batch statistics")
            }
            if node.type == "Dropout", node.inputs.count > 2,
                let mode = file.constant(node.inputs[2])?.values.first, mode != 0
            {
                throw FaceEmbeddingError.notFixed(
                    path: file.path, reason: "the dropout \(quoted: name) is active")
            }
        }
    }
}
