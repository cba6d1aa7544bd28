import FaceModels
import Foundation
import ModelFormats
import ONNX
import OpenVINO
import Torch

/// Initial weights from an ONNX file, for a backbone of the same architecture: matched by the order of
/// operations, and verified by comparing embeddings.
final class ONNXStart {
    /// The backbone's input normalisation; nil if the file does not determine it.
    let normalization: InputNormalization?

    private let url: URL
    private let file: ONNXFile
    private let arithmetic: LeadingArithmetic
    private var known: [String: WeightMatch] = [:]

    /// Number of images on which both networks are compared.
    private static let images = 3
    /// Largest distance between unit embeddings that counts as rounding: in float32, and for weights in
    /// float16.
    private static let rounding = (single: 0.005, half: 0.05)

    /// Reads a file.
    ///
    /// - Throws: `ONNXError` for a file that is damaged, ``FaceEmbeddingError/noWeights(path:reason:)`` for
    ///   weights that were rounded to integers.
    init(_ url: URL) throws {
        self.url = url
        file = try ONNXFile(url)
        let description = NetworkDescription(file)
        guard !description.isQuantized else {
            throw FaceEmbeddingError.noWeights(
                path: url.path,
                reason: "its weights are rounded to integers; give the network in floating point")
        }
        arithmetic = description.arithmetic ?? LeadingArithmetic()
        normalization = Self.normalization(description, arithmetic)
    }

    /// The normalisation at the backbone's input, after the graph's own arithmetic.
    private static func normalization(
        _ description: NetworkDescription, _ arithmetic: LeadingArithmetic
    ) -> InputNormalization? {
        guard let given = ModelMetadata.normalization(description.metadata), arithmetic.isUniform
        else { return nil }
        func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
        let deviation = given.standardDeviation / arithmetic.scale
        return InputNormalization(
            mean: rounded(given.mean - arithmetic.shift * deviation),
            standardDeviation: rounded(deviation),
            order: arithmetic.swapsChannels ? given.order.opposite : given.order)
    }

    /// Matches the file's weights with a backbone's tensors.
    ///
    /// - Throws: `ModelFormatsError.misfit` if all weights fit but the outputs differ, and
    ///   ``FaceEmbeddingError/noWeights(path:reason:)`` for another input size.
    func match(_ specification: BackboneSpecification, inputSize: Int) throws -> WeightMatch {
        let key = "\(specification) \(inputSize)"
        if let match = known[key] { return match }
        let match = try newMatch(specification, inputSize)
        known[key] = match
        return match
    }

    private func newMatch(
        _ specification: BackboneSpecification, _ inputSize: Int
    ) throws -> WeightMatch {
        let backbone = try BackboneCatalogue.make(
            specification, inputSize: inputSize, initial: .zeros())
        let weights = try ONNXWeights(file, of: backbone, inputSize: inputSize)
        let all = WeightMatch(weights.file, backbone.state, optional: weights.unused)
        guard all.missing.isEmpty, all.mismatched.isEmpty else { return all }
        var match = WeightMatch(weights.matched, backbone.state, optional: weights.unused)
        guard match.isWhole else { return all }
        try match.load(into: backbone.state)
        let unused = weights.unused.sorted().joined(separator: ", ")
        let rest = unused.isEmpty ? "" : "; only training uses \(unused), which the file has not"
        if let reason = unverifiedReason {
            match.proof = "not verified by comparing outputs, \(reason)\(rest)"
            return all.isWhole ? match : all
        }
        let difference = try difference(backbone, inputSize)
        if difference <= tolerance {
            // Equal outputs outweigh operations without a counterpart, which may only gather windows.
            match.proof =
                "verified: OpenVINO gives the same embeddings, "
                + "at most \(String(format: "%.0e", difference)) apart\(rest)"
            return match
        }
        guard all.isWhole else { return all }
        throw otherNetwork(backbone.specification, difference)
    }

    // MARK: Verification

    private var tolerance: Double {
        let isHalf = file.weights.contains { $0.type == ONNXElementType.float16.rawValue }
        return isHalf ? Self.rounding.half : Self.rounding.single
    }

    private func otherNetwork(
        _ specification: BackboneSpecification, _ difference: Double
    ) -> ModelFormatsError {
        .misfit(
            path: url.path,
            summary: "has weights of all shapes of \(specification), but computes "
                + "something else (normalised embeddings are up to "
                + "\(String(format: "%.2f", difference)) apart): its operations or their "
                + "order differ; give the state dict that it was exported from")
    }

    private var unverifiedReason: String? {
        if !OpenVINOLibrary.isAvailable {
            return "which needs OpenVINO (scripts/bootstrap openvino)"
        }
        if file.inputs.first?.type == ONNXElementType.uint8.rawValue {
            return "since its input is bytes"
        }
        return arithmetic.isUniform ? nil : "since it normalises each channel differently"
    }

    /// The largest distance between both networks' embeddings of an image, as vectors of length 1.
    private func difference(_ backbone: any Backbone, _ inputSize: Int) throws -> Double {
        var options = EmbeddingOptions.standard
        options.inputSize = inputSize
        let network = try ONNXNetwork(url, options)
        guard network.inputSize == inputSize else {
            throw FaceEmbeddingError.noWeights(
                path: url.path,
                reason: "its network takes images of \(network.inputSize) pixels, not "
                    + "\(inputSize); add --input-size \(network.inputSize)")
        }
        let images = Tensor.zeros([Self.images, 3, inputSize, inputSize])
        images.fillUniform(-1..<1, seed: 1)
        let own = withoutGradients { backbone(images, training: false) }
        // The pixel values that remain after the graph's own arithmetic.
        let undone = InputPreparation(
            arithmetic.swapsChannels ? .bgr : .rgb, mean: [arithmetic.shift],
            standardDeviation: [arithmetic.scale])
        let theirs = try network.embeddings(of: images, undone)
        guard own.shape == theirs.shape else { return .infinity }
        return Self.distance(
            own.array(of: Float.self), theirs.array(of: Float.self), rows: Self.images)
    }

    private static func distance(_ first: [Float], _ second: [Float], rows: Int) -> Double {
        let length = first.count / rows
        func row(_ values: [Float], _ index: Int) -> [Double] {
            let row = values[index * length..<(index + 1) * length].map(Double.init)
            let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return row.map { $0 / norm }
        }
        let distances = (0..<rows).map { index in
            zip(row(first, index), row(second, index))
                .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        }
        return distances.contains { !$0.isFinite } ? .infinity : distances.max() ?? .infinity
    }
}

extension ColourOrder {
    /// The other order.
    fileprivate var opposite: ColourOrder { self == .rgb ? .bgr : .rgb }
}
