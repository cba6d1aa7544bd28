import Testing

@testable import FaceEmbedding

@Suite("Errors of models and embeddings")
struct FaceEmbeddingErrorTests {
    /// What differs between two cases of one kind is in its own place.
    private static let messages: [(FaceEmbeddingError, String)] = [
        (
            .cannotWrite(path: "e.npy", reason: "the disk is full"),
            "cannot write the embeddings to 'e.npy': the disk is full; choose another file"
        ),
        (
            .cohort(path: "e.npy"),
            "scores cannot be normalised with 'e.npy', which holds embeddings and not the network that would "
                + "embed the cohort; give the network"
        ),
        (
            .embeddings(path: "e.npy", reason: "row 3 is zero"),
            "the embeddings in 'e.npy' cannot be used: row 3 is zero"
        ),
        (
            .foreignModel(path: "a.h5", what: "an HDF5 file", advice: "export it"),
            "'a.h5' is an HDF5 file, which is not supported; export it"
        ),
        (
            .noModel(path: "runs", reason: "it is empty"),
            "no model found in 'runs': it is empty; give a model.safetensors, a run's folder, a TorchScript or "
                + "ONNX file, or embeddings"
        ),
        (
            .notEmbeddings(path: "n.pt", shape: [2, 3, 4]),
            "the network 'n.pt' has an output of shape [2, 3, 4], but one embedding per image, [n, d], is "
                + "required; remove the layers after the embedding"
        ),
        (
            .notFixed(path: "n.pt", reason: "two calls differ"),
            "the network 'n.pt' was saved in training mode: two calls differ; save it again after model.eval(), "
                + "e.g. torch.jit.trace(model.eval(), torch.zeros(1, 3, 112, 112))"
        ),
        (
            .notFixed(path: "N.ONNX", reason: "two calls differ"),
            "the network 'N.ONNX' was saved in training mode: two calls differ; save it again after model.eval()"
        ),
        (
            .input(path: "n.onnx", reason: "one mean is allowed"),
            "the input of the network 'n.onnx': one mean is allowed"
        ),
        (
            .noTemplates(tests: ["lfw"]),
            "scores are normalised on sets of templates, and lfw is of pairs of images; leave out --score-norm"
        ),
        (
            .noTemplates(tests: ["lfw", "cfp"]),
            "scores are normalised on sets of templates, and lfw, cfp are of pairs of images; leave out "
                + "--score-norm"
        ),
        (
            .noUsableImage(set: "lfw", path: "a.jpg", images: 2),
            "none of 2 images of 'lfw' can be used, as 'a.jpg': see whether the folder of images is the right one"
        ),
        (
            .testImage(path: "a.jpg", reason: "it is cut off"),
            "the image 'a.jpg' cannot be decoded: it is cut off; restore it, or count such images as failures to "
                + "enrol with --failures count"
        ),
        (
            .noWeights(path: "w", reason: "there is no such file"),
            "cannot start from 'w': there is no such file"
        ),
        (
            .noThresholds(model: "m"),
            "'m' has no thresholds; make them with facet evaluate m --test NAME=IMAGES,PAIRS --save-thresholds, "
                + "or give one with --threshold"
        ),
        (
            .otherThresholds(path: "t.json", model: "m"),
            "the thresholds in 't.json' are not of the network 'm' with this input; measure them again with "
                + "facet evaluate --save-thresholds"
        ),
        (.thresholds(path: "t.json", reason: "line 2"), "no thresholds of 't.json': line 2"),
        (
            .unfitNetwork(path: "n.onnx", reason: "it has no input"),
            "the network 'n.onnx' does not turn images into embeddings: it has no input; one input of colour "
                + "images, [n, 3, height, width], and an output [n, d] are required"
        ),
    ]

    @Test("One sentence: what is wrong, where, and what to do", arguments: messages)
    func said(error: FaceEmbeddingError, text: String) {
        #expect(error.description == text)
    }
}
