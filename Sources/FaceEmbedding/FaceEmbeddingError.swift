import Spelling

/// Errors of opening and using a model or a file of embeddings.
public enum FaceEmbeddingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A file of embeddings cannot be written.
    case cannotWrite(path: String, reason: String)
    /// Scores are to be normalised by a cohort, but the model is a file of embeddings.
    case cohort(path: String)
    /// The content of a file of embeddings is not as required.
    case embeddings(path: String, reason: String)
    /// A file given as a model belongs to an unsupported program.
    case foreignModel(path: String, what: String, advice: String)
    /// There is no model where one was named.
    case noModel(path: String, reason: String)
    /// A network's output is not one embedding per image.
    case notEmbeddings(path: String, shape: [Int])
    /// A network's embedding of an image changes from call to call, or with the other images of the batch.
    case notFixed(path: String, reason: String)
    /// The requested settings of a network's input are invalid.
    case input(path: String, reason: String)
    /// Scores are to be normalised, which requires sets of templates, but there are none.
    case noTemplates(tests: [String])
    /// No image of a test set can be used.
    case noUsableImage(set: String, path: String, images: Int)
    /// An image of a test set cannot be decoded.
    case testImage(path: String, reason: String)
    /// A path has no weights to start from.
    case noWeights(path: String, reason: String)
    /// A model has no thresholds.
    case noThresholds(model: String)
    /// The thresholds beside a network belong to another one.
    case otherThresholds(path: String, model: String)
    /// The input does not provide thresholds.
    case thresholds(path: String, reason: String)
    /// A network does not turn images into embeddings.
    case unfitNetwork(path: String, reason: String)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .cannotWrite(let path, let reason):
            "cannot write the embeddings to \(quoted: path): \(reason); choose another file"
        case .cohort(let path):
            "scores cannot be normalised with \(quoted: path), which holds embeddings and not the "
                + "network that would "
                + "embed the cohort; give the network"
        case .embeddings(let path, let reason):
            "the embeddings in \(quoted: path) cannot be used: \(reason)"
        case .foreignModel(let path, let what, let advice):
            "\(quoted: path) is \(what), which is not supported; \(advice)"
        case .noModel(let path, let reason):
            "no model found in \(quoted: path): \(reason); give a model.safetensors, a run's folder, a "
                + "TorchScript or ONNX file, or embeddings"
        case .notEmbeddings(let path, let shape):
            "the network \(quoted: path) has an output of shape \(shape), but one embedding per "
                + "image, [n, d], is "
                + "required; remove the layers after the embedding"
        case .notFixed(let path, let reason):
            "the network \(quoted: path) was saved in training mode: \(reason); save it again after "
                + "model.eval()"
                + (path.lowercased().hasSuffix(".onnx")
                    ? "" : ", e.g. torch.jit.trace(model.eval(), torch.zeros(1, 3, 112, 112))")
        case .input(let path, let reason): "the input of the network \(quoted: path): \(reason)"
        case .noTemplates(let tests):
            "scores are normalised on sets of templates, and \(tests.joined(separator: ", ")) "
                + "\(tests.count == 1 ? "is" : "are") of pairs of images; leave out --score-norm"
        case .noUsableImage(let set, let path, let images):
            "none of \(counted(images, "image")) of \(quoted: set) can be used, as "
                + "\(quoted: path): see whether the folder of "
                + "images is the right one"
        case .testImage(let path, let reason):
            "the image \(quoted: path) cannot be decoded: \(reason); restore it, or count such "
                + "images as failures to "
                + "enrol with --failures count"
        case .noWeights(let path, let reason): "cannot start from \(quoted: path): \(reason)"
        case .noThresholds(let model):
            "\(quoted: model) has no thresholds; make them with facet evaluate \(model) --test "
                + "NAME=IMAGES,PAIRS "
                + "--save-thresholds, or give one with --threshold"
        case .otherThresholds(let path, let model):
            "the thresholds in \(quoted: path) are not of the network \(quoted: model) with this "
                + "input; measure them again with "
                + "facet evaluate --save-thresholds"
        case .thresholds(let path, let reason):
            "no thresholds of \(quoted: path): \(reason)"
        case .unfitNetwork(let path, let reason):
            "the network \(quoted: path) does not turn images into embeddings: \(reason); one input of colour "
                + "images, [n, 3, height, width], and an output [n, d] are required"
        }
    }
}
