public import Foundation
import Spelling

/// An error in a configuration or its file.
public enum FaceConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A file is not JSON5, or has an unknown key or an invalid value.
    case file(path: String, line: Int, reason: String)
    /// A file cannot be read.
    case unreadable(path: String, reason: String)
    /// A value from elsewhere is not allowed.
    case value(key: String, reason: String)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .file(let path, let line, let reason): "\(path):\(line): \(reason)"
        case .unreadable(let path, let reason):
            "cannot read the study file \(quoted: path): \(reason)"
        case .value(let key, let reason): "\(key.shortened): \(reason)"
        }
    }
}

extension ConfigurationKeys {
    /// Reads a file of JSON5 on top of a configuration and checks every key and value.
    ///
    /// - Throws: ``FaceConfigurationError``.
    public func read(_ url: URL, over base: Root) throws(FaceConfigurationError) -> Root {
        try read(text: try Self.text(of: url), name: url.path, over: base)
    }

    /// Reads the text of such a file.
    ///
    /// - Parameter name: The file's name for messages.
    /// - Throws: ``FaceConfigurationError``.
    public func read(
        text: String, name: String, over base: Root
    ) throws(FaceConfigurationError) -> Root {
        let json = try checked(text, path: name)
        var result = base
        apply(json, to: &result)
        return result
    }

    /// Checks that all values of a configuration are allowed.
    ///
    /// - Throws: ``FaceConfigurationError/value(key:reason:)`` for the first that is not.
    public func require(_ root: Root) throws(FaceConfigurationError) {
        if let fault = fault(in: root) { throw .value(key: fault.path, reason: fault.reason) }
    }

    private func checked(
        _ text: String, path: String
    ) throws(FaceConfigurationError) -> JSONValue {
        do {
            let (json, lines) = try JSON5Text.read(text)
            guard let fault = all.fault(in: json, order: { lines[$0] ?? 0 }) else { return json }
            // A list's entry may have no line of its own.
            throw FaceConfigurationError.file(
                path: path, line: lines[fault.path] ?? 1,
                reason: fault.path.isEmpty
                    ? fault.reason : "\(fault.path.shortened): \(fault.reason)")
        } catch let fault as JSON5Text.Fault {
            throw .file(path: path, line: fault.line, reason: fault.reason)
        } catch let error as FaceConfigurationError {
            throw error
        } catch {
            throw .unreadable(path: path, reason: "\(error)")
        }
    }

    private static func text(of url: URL) throws(FaceConfigurationError) -> String {
        let data: Data
        do { data = try Data(contentsOf: url) } catch {
            let exists = FileManager.default.fileExists(atPath: url.path)
            throw .unreadable(
                path: url.path, reason: exists ? "it cannot be read" : "there is no such file")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw .unreadable(path: url.path, reason: "it is not text in UTF-8")
        }
        return text
    }
}

// MARK: - Documentation

extension ConfigurationKeys {
    /// The table of all keys in Markdown, with their defaults.
    public func table() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let rows = try all.map { key in
            let value = try defaultValue(of: key.path).map {
                "`\(String(decoding: try encoder.encode($0), as: UTF8.self))`"
            }
            let flag = key.flag.map { "`\($0.name)`" } ?? ""
            return "| `\(key.path)` | \(flag) | \(key.allowed) | \(value ?? "") | \(key.summary) |"
        }
        return (["| key | flag | value | default | meaning |", "|---|---|---|---|---|"] + rows)
            .joined(separator: "\n") + "\n"
    }
}

extension ConfigurationKey {
    /// The command line's help for the key's flag.
    ///
    /// - Parameter defaultText: The default, as it would be typed.
    public func help(default defaultText: String?) -> String {
        let parts = [
            summary.replacingOccurrences(of: "`", with: ""), flag?.note ?? "",
            defaultText.map { "default \($0)" } ?? "",
        ]
        return parts.filter { !$0.isEmpty }.joined(separator: "; ")
    }
}
