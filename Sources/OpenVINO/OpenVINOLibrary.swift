import COpenVINO
public import Foundation

/// Intel's OpenVINO, which runs networks of other programs; loaded on first use.
///
/// It is searched for at the path in the environment variable ``variable`` (the library or its
/// folder), in the Python environment of LibTorch, and in the search path of the system's loader. If
/// the variable is set, the others are not tried.
public enum OpenVINOLibrary {
    /// The environment variable that names the library or its folder.
    public static let variable = "FACET_OPENVINO"

    /// Whether the library can be loaded.
    public static var isAvailable: Bool {
        if case .success = loaded { return true }
        return false
    }

    /// Loads the library.
    ///
    /// - Throws: ``OpenVINOError/missing(reason:)``.
    public static func load() throws(OpenVINOError) { try loaded.get() }

    private static let loaded: Result<Void, OpenVINOError> = find()

    private static func find() -> Result<Void, OpenVINOError> {
        let environment = ProcessInfo.processInfo.environment
        if let given = environment[variable], !given.isEmpty {
            guard let file = library(at: URL(fileURLWithPath: given)) else {
                return .failure(.missing(reason: "there is no libopenvino_c in '\(given)'"))
            }
            return load(file.path)
        }
        if let file = besideLibTorch { return load(file.path) }
        let name = names[0]
        guard case .failure = load(name) else { return .success(()) }
        return .failure(.missing(reason: "it is not installed"))
    }

    private static func load(_ path: String) -> Result<Void, OpenVINOError> {
        guard let message = cov_load(path) else { return .success(()) }
        defer { free(message) }
        return .failure(
            .missing(reason: "'\(path)' cannot be loaded (\(String(cString: message)))"))
    }

    #if os(macOS)
        private static let names = ["libopenvino_c.dylib"]
    #else
        private static let names = ["libopenvino_c.so"]
    #endif

    /// The folder of Python packages that contains LibTorch: `site-packages` if LibTorch is in
    /// `site-packages/torch/lib`; nil if LibTorch is not loaded.
    public static var packages: URL? {
        guard let path = cov_loaded_library("libc10.") else { return nil }
        defer { free(path) }
        return URL(fileURLWithPath: String(cString: path)).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
    }

    private static var besideLibTorch: URL? {
        packages.flatMap { library(at: $0.appendingPathComponent("openvino/libs")) }
    }

    /// The library at a path, or in the folder at that path. In wheels, a version follows the
    /// library's name.
    private static func library(at url: URL) -> URL? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            return nil
        }
        guard isFolder.boolValue else { return url }
        let files = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        let name = files.sorted().first { $0.hasPrefix("libopenvino_c.") }
        return name.map { url.appendingPathComponent($0) }
    }
}
