public import FaceData
import Foundation

/// Detectors by the names that users give.
public enum Detectors {
    /// The names of detectors with installable weights.
    public static let names = ["mtcnn", "centerface"]

    /// Creates a detector by name, or from an ONNX file.
    ///
    /// - Parameters:
    ///   - name: `mtcnn`, `centerface`, or a file's path.
    ///   - minFace: Height of the smallest face that MTCNN searches for, in pixels; nil for its
    ///     default.
    ///   - threads: Number of threads for OpenVINO, which runs all detectors except MTCNN.
    /// - Throws: ``FaceDetectionError`` for an unknown name, and if weights are not installed; `ONNXError` and
    ///   `OpenVINOError` for files.
    public static func named(
        _ name: String, minFace: Double? = nil, threads: Int = 1
    ) throws -> any FaceDetector {
        switch name {
        case "mtcnn":
            var options = MTCNN.Options()
            if let minFace { options.minFace = minFace }
            return try MTCNN(options: options)
        case "centerface":
            return try ONNXDetector(DetectorFiles.centerFace(), threads: threads)
        default:
            guard name.contains("/") || name.lowercased().hasSuffix(".onnx") else {
                throw FaceDetectionError.unknown(name: name)
            }
            return try ONNXDetector(URL(fileURLWithPath: name), threads: threads)
        }
    }
}
