import Spelling

/// The bytes of a file and the ranges of its storages.
final class TensorFile: Sendable {
    let path: String
    let bytes: [UInt8]
    let storages: [String: Range<Int>]
    /// Whether elements are big-endian.
    let isBigEndian: Bool

    init(path: String, bytes: [UInt8], storages: [String: Range<Int>], isBigEndian: Bool) {
        self.path = path
        self.bytes = bytes
        self.storages = storages
        self.isBigEndian = isBigEndian
    }

    func storage(_ key: String) throws(ModelFormatsError) -> ArraySlice<UInt8> {
        guard let range = storages[key] else {
            throw .damaged(
                path: path, offset: bytes.count,
                reason: "storage \(quoted: key) is missing")
        }
        return bytes[range]
    }
}
