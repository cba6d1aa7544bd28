public import Foundation
import Spelling
public import Torch

/// A trained head in one safetensors file: the class weights and their identities.
///
/// The tensors are the loss's under its own names; row i of `weight` belongs to identity i (rows i K
/// to i K + K - 1 with K sub-centers). The file's metadata has these strings:
///
/// | key | value |
/// |---|---|
/// | `format` | `pt`, as other readers of safetensors expect |
/// | `loss` | the specification, e.g. `arcface:m=0.4` |
/// | `identities` | the identities' names, a JSON array in the order of the classes |
/// | `facet_version`, `train_set` | the head's origin, if known |
public enum HeadFile {
    /// Content of a file.
    public struct Content {
        /// The loss's specification, e.g. `arcface:m=0.4`.
        public var loss: String
        /// The identities' names, in the order of the classes.
        public var identities: [String]
        /// The loss's tensors by name, on the CPU.
        public var tensors: [String: Tensor]
    }

    /// Writes a head atomically.
    ///
    /// - Parameters:
    ///   - state: A loss's tensors.
    ///   - loss: The loss's specification.
    ///   - identities: The identities' names, in the order of the classes.
    ///   - origin: Further metadata, such as `train_set`.
    /// - Throws: `TorchError` when the file cannot be written.
    public static func write(
        _ state: [StateEntry], loss: String, identities: [String],
        origin: [String: String] = [:], to url: URL
    ) throws {
        let names = String(decoding: try JSONEncoder().encode(identities), as: UTF8.self)
        try Safetensors.write(
            state,
            metadata: origin.merging(["format": "pt", "loss": loss, "identities": names]) { $1 },
            to: url)
    }

    /// Reads the identities of a head, without its weights.
    ///
    /// - Throws: As ``read(_:)``.
    public static func identities(of url: URL) throws -> [String] {
        try origin(try Safetensors.metadata(of: url), url).identities
    }

    private static func origin(
        _ metadata: [String: String], _ url: URL
    ) throws -> (loss: String, identities: [String]) {
        guard let loss = metadata["loss"], let text = metadata["identities"],
            let names = try? JSONDecoder().decode([String].self, from: Data(text.utf8))
        else {
            throw FaceLossesError.notAHead(
                path: url.path, reason: "it does not record its loss and identities")
        }
        return (loss, names)
    }

    /// Reads a head.
    ///
    /// - Throws: `TorchError` when the file is damaged, ``FaceLossesError/notAHead(path:reason:)`` if it is
    ///   intact but not a head.
    public static func read(_ url: URL) throws -> Content {
        let content = try Safetensors.read(url)
        let (loss, names) = try origin(content.metadata, url)
        let shape = content.tensors["weight"]?.shape ?? []
        guard shape.count == 2, !names.isEmpty, shape[0] > 0, shape[0] % names.count == 0 else {
            throw FaceLossesError.notAHead(
                path: url.path,
                reason: "its weight of shape \(shape) does not fit its "
                    + counted(names.count, "identity", "identities"))
        }
        return Content(loss: loss, identities: names, tensors: content.tensors)
    }
}
