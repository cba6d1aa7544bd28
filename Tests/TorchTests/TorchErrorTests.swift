import Testing
import Torch

@Suite("What is said when something goes wrong")
struct TorchErrorTests {
    @Test(
        "One sentence each",
        arguments: [
            (
                TorchError.file(path: "w", reason: "no such file"),
                "cannot use the weights file 'w': no such file"
            ),
            (
                .libTorch(operation: "matmul", message: "bad"),
                "LibTorch refused matmul: bad"
            ),
            (
                .malformedScript(path: "n", reason: "r"),
                "'n' is not a TorchScript network: r; "
                    + "write it with torch.jit.trace(model.eval(), example).save(path)"
            ),
            (
                .malformedWeights(path: "w", reason: "r"),
                "'w' is not a valid safetensors file: r; it may be truncated, so use another "
                    + "copy"
            ),
            (
                .missingTensor(name: "t", path: "w"),
                "'w' has no tensor 't'; it belongs to another model"
            ),
            (
                .noDevice("cuda:3"),
                "the device 'cuda:3' is not available; use --device cpu, or a CUDA build of LibTorch with a GPU"
            ),
            (
                .outOfMemory(operation: "matmul", message: "m"),
                "out of memory in matmul: m; use a smaller --batch-size"
            ),
            (.scriptFailed(path: "n", reason: "r"), "the network 'n' failed: r"),
            (
                .shapeMismatch(name: "t", expected: [1, 2], found: [3], path: "w"),
                "tensor 't' of 'w' has shape [3], but the model expects [1, 2]"
            ),
            (
                .unexpectedTensor(name: "t", path: "w"),
                "'w' has an unexpected tensor 't'; it belongs to another model"
            ),
        ])
    func messages(error: TorchError, text: String) {
        #expect(error.description == text)
    }
}
