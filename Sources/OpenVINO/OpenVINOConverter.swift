import COpenVINO
public import Foundation

/// Converts ONNX to OpenVINO's own format (IR) with OpenVINO's converter.
///
/// The C library can read networks but not write them, so the Python package is used, in the environment
/// that contains the library. `openvino.save_model` is called directly, because the command `ovc`, which
/// does the same, sends usage data to its vendor.
public enum OpenVINOConverter {
    private static let program = """
        import sys
        sys.path.insert(0, sys.argv[1])
        import openvino
        model = openvino.Core().read_model(sys.argv[2])
        openvino.save_model(model, sys.argv[3], compress_to_fp16=sys.argv[4] == "half")
        """

    /// Converts a network.
    ///
    /// - Parameters:
    ///   - onnx: An ONNX file.
    ///   - xml: The description to write, with the extension `.xml`. The weights get the same name with
    ///     `.bin`.
    ///   - isHalf: Whether to store weights in float16.
    /// - Throws: ``OpenVINOError``.
    public static func convert(_ onnx: URL, to xml: URL, isHalf: Bool) throws(OpenVINOError) {
        try OpenVINOLibrary.load()
        let installation = try Self.installation()
        let process = Process()
        let messages = Pipe()
        process.executableURL = installation.python
        process.arguments = [
            "-I", "-c", program, installation.packages.path, onnx.path, xml.path,
            isHalf ? "half" : "full",
        ]
        process.standardOutput = messages
        process.standardError = messages
        do { try process.run() } catch {
            throw .noConverter(reason: "'\(installation.python.path)' cannot be started (\(error))")
        }
        let text = String(
            decoding: messages.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let last = text.split(whereSeparator: \.isNewline).last.map(String.init)
            throw .noConverter(reason: last ?? "it ended with \(process.terminationStatus)")
        }
    }

    /// The Python interpreter and the folder of packages to which the library belongs: for a
    /// library in `PREFIX/lib/python3.11/site-packages/openvino/libs`, `PREFIX/bin/python3` and
    /// `PREFIX/lib/python3.11/site-packages`.
    private static func installation() throws(OpenVINOError) -> (python: URL, packages: URL) {
        guard let found = cov_loaded_library("libopenvino_c.") else {
            throw .noConverter(reason: "its library is not loaded from a file")
        }
        defer { free(found) }
        var folder = URL(fileURLWithPath: String(cString: found))
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        let packages = folder
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        let python = folder.appendingPathComponent("bin/python3")
        guard FileManager.default.isExecutableFile(atPath: python.path) else {
            throw .noConverter(reason: "there is no '\(python.path)'")
        }
        return (python, packages)
    }
}
