import Spelling

/// Errors when a network is exported.
public enum ModelExportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The exported network does not compute what the original does; nothing was kept.
    case differs(path: String, comparison: String)
    /// There are too few images to calibrate int8.
    case fewImages(path: String, count: Int)
    /// A model cannot be exported because it is not one of Facet's backbones.
    case notANetwork(path: String)
    /// OpenVINO does not compute what LibTorch does.
    case otherEngine(path: String, comparison: String)
    /// A network has an operation that the format cannot express.
    case unsupported(operation: String, network: String)
    /// A file cannot be written.
    case unwritable(path: String, reason: String)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .differs(let path, let comparison):
            "the exported network does not compute what the original does (\(comparison)), so "
                + "\(quoted: path) was "
                + "not written; try float32, or --keep-batch-norm, and for int8 faces like those that it will embed"
        case .fewImages(let path, let count):
            "\(quoted: path) has \(count) images, and int8 is calibrated on at least "
                + "\(Calibration.minImages); give more aligned faces, such as a training set"
        case .notANetwork(let path):
            "\(quoted: path) is not a network of Facet's backbones, so it cannot be exported; "
                + "give a run's folder, "
                + "its model.safetensors, or a PyTorch state dict with --backbone"
        case .otherEngine(let path, let comparison):
            "OpenVINO does not compute what LibTorch does for \(quoted: path) (\(comparison)); "
                + "leave --engine out"
        case .unsupported(let operation, let network):
            "\(network) cannot be exported to ONNX: there is no equivalent of "
                + "\(quoted: operation); export it as "
                + "TorchScript with --format torchscript"
        case .unwritable(let path, let reason):
            "cannot write \(quoted: path): \(reason)"
        }
    }
}
