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

    /// Opens a file and checks the checksum of all its bytes.
    static func read(_ url: URL) throws(Damage) -> SafetensorsFile {
        do throws(TorchError) {
            let file = try SafetensorsFile(url)
            guard let stored = file.metadata[key], stored.count == empty.count else {
                throw TorchError.malformedWeights(path: url.path, reason: "it has no checksum")
            }
            var checksum: UInt32 = 0
            var isFound = false
            try file.forEachPiece { piece in
                var piece = piece
                // The checksum is that of the file with zeros in its place, which is at the beginning of the header.
                if !isFound, let range = range(of: stored, in: piece) {
                    piece.replaceSubrange(range, with: empty.utf8)
                    isFound = true
                }
                checksum = CRC32C.checksum(of: piece, continuing: checksum)
            }
            guard isFound else {
                throw TorchError.malformedWeights(path: url.path, reason: "it has no checksum")
            }
            guard text(checksum) == stored else {
                throw TorchError.malformedWeights(
                    path: url.path, reason: "its checksum does not match its content")
            }
            return file
        } catch {
            switch error {
            case .malformedWeights(_, let reason), .file(_, let reason):
                throw Damage(reason: reason)
            default: throw Damage(reason: error.localizedDescription)
            }
        }
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
