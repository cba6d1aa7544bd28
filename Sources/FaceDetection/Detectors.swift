public import FaceData
import Foundation

/// Detectors by what users call them.
public enum Detectors {
    /// The names of detectors whose weights can be installed.
    public static let names = ["mtcnn", "centerface"]

    /// A detector of a name, or in an ONNX file.
    ///
    /// - Parameters:
    ///   - name: `mtcnn`, `centerface`, or a file's path.
    ///   - minFace: Height of the smallest face that MTCNN searches for, in pixels; nil for its own.
    ///   - threads: That OpenVINO may use, which runs all but MTCNN.
    /// - Throws: ``FaceDetectionError`` for another name, and where weights are not installed; `ONNXError` and
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
