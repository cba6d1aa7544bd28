import Spelling

/// Errors of face detectors.
public enum FaceDetectionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A detector's weights are not installed.
    case noWeights(detector: String, file: String)
    /// A file is not a suitable network.
    case unfit(path: String, reason: String)
    /// The detector is unknown.
    case unknown(name: String)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .noWeights(let detector, let file):
            "the weights of the face detector \(quoted: detector) are not installed "
                + "(\(quoted: file) is missing); run "
                + "scripts/bootstrap detectors, or name their folder with \(DetectorFiles.variable)"
        case .unfit(let path, let reason):
            "\(quoted: path) cannot be used as a face detector: \(reason)"
        case .unknown(let name):
            "there is no face detector \(quoted: name); use "
                + "\(Detectors.names.joined(separator: ", ")) or an ONNX "
                + "file"
        }
    }
}
