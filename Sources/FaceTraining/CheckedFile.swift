import Foundation
import SafeFiles
import Torch

/// A safetensors file whose metadata holds the CRC-32C of the file.
enum CheckedFile {
    /// A file that cannot be read, or whose checksum is wrong.
    struct Damage: Error {
        /// The problem, without the file's name.
        let reason: String
    }

    private static let key = "checksum"
    private static let empty = "00000000"

    static func encode(_ state: [StateEntry], metadata: [String: String]) -> Data {
        var file = Safetensors.encode(
            state, metadata: metadata.merging([key: empty]) { $1 })
        if let range = range(of: empty, in: file) {
            file.replaceSubrange(range, with: text(CRC32C.checksum(of: file)).utf8)
        }
        return file
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

    /// Where the checksum's digits are. A quoted key cannot occur inside another string of the
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
