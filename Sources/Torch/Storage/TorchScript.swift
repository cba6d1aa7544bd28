import CTorch
public import Foundation

/// A network saved as TorchScript by another program.
///
/// ```python
/// torch.jit.trace(model.eval(), torch.zeros(1, 3, 112, 112)).save("model.pt")
/// ```
///
/// A TorchScript file contains a program for LibTorch's interpreter rather than Python. It is still
/// a program, so only use files from people you trust.
public final class TorchScript {
    private let handle: ct_script
    private let path: String

    /// Reads a file, in evaluation mode.
    ///
    /// - Throws: ``TorchError/file(path:reason:)`` if it cannot be read,
    ///   ``TorchError/malformedScript(path:reason:)`` if it is damaged or something else, e.g. only
    ///   the weights.
    public init(_ url: URL, device: Device = .cpu) throws(TorchError) {
        path = url.path
        guard FileManager.default.isReadableFile(atPath: url.path) else {
            throw .file(path: url.path, reason: "the file does not exist or cannot be read")
        }
        var out = ct_script()
        let status = unsafe ct_script_load(url.path, device.handle, &out)
        do {
            try requireSuccess(status, "reading")
        } catch .libTorch(_, let message) {
            throw .malformedScript(path: url.path, reason: message)
        }
        handle = out
    }

    deinit {
        ct_script_free(handle)
    }

    /// How many outputs the network declares, at least 1: more than one if it returns a tuple.
    public var outputCount: Int {
        var count: Int64 = 1
        expectSuccess(unsafe ct_script_output_count(handle, &count), "reading the outputs")
        return max(1, Int(count))
    }

    /// The network's output for one input; the first tensor if there are several outputs.
    ///
    /// - Throws: ``TorchError/scriptFailed(path:reason:)`` if the network rejects the input.
    public func callAsFunction(_ input: Tensor) throws(TorchError) -> Tensor {
        var out = ct_tensor()
        do {
            try requireSuccess(unsafe ct_script_forward(handle, input.handle, &out), "running")
        } catch .libTorch(_, let message) {
            throw .scriptFailed(path: path, reason: message)
        }
        return Tensor(owning: out)
    }
}
