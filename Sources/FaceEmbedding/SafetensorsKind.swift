import Torch

/// What a safetensors file holds, which its metadata tell; for embeddings the names of its tensors decide, if these are
/// read.
enum SafetensorsKind {
    /// A training's checkpoint, whose network is in the run's folder (`position`).
    case checkpoint
    /// The class weights of a run (`identities`).
    case classWeights
    /// Embeddings of the images of sets (tensors `original`, `images` where these have names).
    case embeddings
    /// A network that the file describes (`backbone`).
    case model
    /// Another program's weights, whose network the file does not state.
    case weights

    init(_ content: Safetensors.Content) {
        let hasEmbeddings = content.tensors.keys.contains {
            $0 == "original" || $0.hasSuffix("/original")
        }
        let stated = SafetensorsKind(metadata: content.metadata)
        self = hasEmbeddings ? .embeddings : stated == .embeddings ? .weights : stated
    }

    init(metadata: [String: String]) {
        self =
            if metadata["position"] != nil {
                .checkpoint
            } else if metadata["backbone"] != nil {
                .model
            } else if metadata["identities"] != nil {
                .classWeights
            } else if metadata.keys.contains(where: { $0 == "images" || $0.hasSuffix("/images") }) {
                .embeddings
            } else {
                .weights
            }
    }
}
