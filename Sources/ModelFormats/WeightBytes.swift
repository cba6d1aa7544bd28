import Foundation
import SafeFiles

/// Reads weight files.
enum WeightBytes {
    /// All bytes of a file.
    ///
    /// - Throws: ``ModelFormatsError/unreadable(path:reason:)``.
    static func of(_ url: URL) throws(ModelFormatsError) -> [UInt8] {
        guard !PlainFile.isSpecial(url) else {
            throw .unreadable(path: url.path, reason: PlainFile.notReadable)
        }
        do {
            return [UInt8](try Data(contentsOf: url))
        } catch {
            throw .unreadable(path: url.path, reason: error.localizedDescription)
        }
    }
}
