import Foundation
import SafeFiles
import Torch

/// A safetensors file whose metadata contain the CRC-32C of the file.
enum CheckedFile {
    /// A file that cannot be read, or whose checksum is wrong.
    struct Damage: Error {
        /// The problem, without the file's name.
        let reason: String
    }

    private static let key = "checksum"
    private static let empty = "00000000"

    /// Replaces a file; its tensors are serialised one after another.
    ///
    /// - Parameters:
    ///   - previous: Where the old file is kept; nil to discard it.
    ///   - rows: The rows of the tensors that other processes have; nil if this process has all rows.
    static func write(
        _ state: [StateEntry], metadata: [String: String], to url: URL,
        keepingPreviousAs previous: URL? = nil, rows: SharedRows? = nil
    ) throws {
        let beginning = Data(
            Safetensors.beginning(
                state.map { entry in
                    let isShared = rows?.contains(entry) == true
                    let shape = isShared ? rows?.shape(of: entry) : entry.tensor.shape
                    return (entry.name, entry.tensor.type, shape ?? [])
                }, metadata: metadata.merging([key: empty]) { $1 }))
        try AtomicFile.write(to: url, keepingPreviousAs: previous) { file in
            var checksum = CRC32C.checksum(of: beginning)
            try file.write(Array(beginning))
            func append(_ part: Tensor) throws {
                let bytes = part.bytes()
                checksum = CRC32C.checksum(of: Data(bytes), continuing: checksum)
                try file.write(bytes)
            }
            for entry in state {
                if let rows, rows.contains(entry) {
                    try rows.gather(entry, append)
                } else {
                    try append(entry.tensor)
                }
            }
            if let range = range(of: empty, in: beginning) {
                try file.replace(Array(text(checksum).utf8), at: range.lowerBound)
            }
        }
    }

    static func read(_ url: URL) throws(Damage) -> Safetensors.Content {
        var file: Data
        let content: Safetensors.Content
        do {
            file = try Data(contentsOf: url)
            content = try Safetensors.decode(file, path: url.path)
        } catch TorchError.malformedWeights(_, let reason) {
            throw Damage(reason: reason)
        } catch {
            throw Damage(reason: error.localizedDescription)
        }
        guard let stored = content.metadata[key], stored.count == empty.count,
            let range = range(of: stored, in: file)
        else { throw Damage(reason: "it has no checksum") }
        file.replaceSubrange(range, with: empty.utf8)
        guard text(CRC32C.checksum(of: file)) == stored else {
            throw Damage(reason: "its checksum does not match its content")
        }
        return content
    }

    /// The position of the checksum's digits. A quoted key cannot occur inside another string of the
    /// header, where its quotes would be escaped.
    private static func range(of digits: String, in file: Data) -> Range<Data.Index>? {
        file.range(of: Data("\"\(key)\":\"\(digits)\"".utf8)).map { found in
            found.upperBound - 1 - digits.utf8.count..<found.upperBound - 1
        }
    }

    private static func text(_ checksum: UInt32) -> String {
        let digits = String(checksum, radix: 16)
        return String(repeating: "0", count: empty.count - digits.count) + digits
    }
}
