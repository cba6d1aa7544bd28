/// Errors of OpenVINO and the networks it runs.
public enum OpenVINOError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The library is not installed, or cannot be loaded.
    case missing(reason: String)
    /// OpenVINO's converter cannot be run, or fails.
    case noConverter(reason: String)
    /// A file cannot be read as a network.
    case unreadable(path: String, reason: String)
    /// Running a network failed.
    case failed(path: String, reason: String)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .missing(let reason):
            "OpenVINO, which runs ONNX networks, is not available: \(reason); install it with "
                + "scripts/bootstrap openvino, or name its library with \(OpenVINOLibrary.variable)"
        case .noConverter(let reason):
            "OpenVINO's own format is written by its Python package, which failed: \(reason); install it with "
                + "scripts/bootstrap openvino, or export ONNX, which OpenVINO reads as well"
        case .unreadable(let path, let reason):
            "OpenVINO cannot read '\(path)': \(reason)"
        case .failed(let path, let reason):
            "the network '\(path)' cannot be run: \(reason)"
        }
    }
}
