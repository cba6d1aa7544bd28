public import FaceEvaluation
import FaceModels
public import Foundation
import SafeFiles
import Torch

/// The storage of a network's thresholds: its own file if that is a `model.safetensors` of Facet's, under
/// the key `thresholds` of its metadata; otherwise a file beside it, `NAME.thresholds.json`, which
/// identifies the network.
public struct ModelThresholds {
    private let network: EmbeddingNetwork

    /// The contents of a file beside a model.
    private struct Sidecar: Codable {
        /// ``EmbeddingNetwork/identity()`` of the network.
        var model: String
        var thresholds: ScoreCalibration
    }

    init(_ network: EmbeddingNetwork) {
        self.network = network
    }

    /// The file in which they are or will be stored.
    public var url: URL {
        let file = URL(fileURLWithPath: network.path)
        return network.describesItself ? file : file.appendingPathExtension("thresholds.json")
    }

    /// The thresholds; nil if there are none.
    ///
    /// - Throws: ``FaceEmbeddingError/otherThresholds(path:model:)`` for a file beside another version of the
    ///   network, and the error of one that is damaged.
    public func read() throws -> ScoreCalibration? {
        if network.describesItself {
            return try network.model?.metadata.thresholds.map {
                try ScoreCalibration(json: $0, path: network.path)
            }
        }
        guard let data = try PlainFile.read(url) else { return nil }
        let beside = try ScoreCalibration.decoding(Sidecar.self, from: data, path: url.path)
        guard try beside.model == network.identity() else {
            throw FaceEmbeddingError.otherThresholds(path: url.path, model: network.path)
        }
        return beside.thresholds
    }

    /// Stores thresholds and replaces existing ones: the file is replaced atomically.
    ///
    /// - Throws: The error of a file that cannot be written.
    public func write(_ thresholds: ScoreCalibration) throws {
        if network.describesItself {
            return try Safetensors.setMetadata(["thresholds": thresholds.json()], of: url)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var data = try encoder.encode(
            Sidecar(model: network.identity(), thresholds: thresholds))
        data.append(UInt8(ascii: "\n"))
        try AtomicFile.write(data, to: url)
    }

    /// Checks that they can be written, before they are computed.
    ///
    /// - Throws: The reason why they cannot.
    public func requireWritable() throws {
        let folder = url.resolvingSymlinksInPath().deletingLastPathComponent()
        guard FileManager.default.isWritableFile(atPath: folder.path) else {
            throw SafeFilesError.unwritable(
                path: url.path, reason: "its folder is read-only; copy the model to another one")
        }
    }
}

extension EmbeddingNetwork {
    /// The file that keeps the network's thresholds.
    public var thresholds: ModelThresholds { ModelThresholds(self) }
}
