import Foundation
import ZipFiles

/// The names of the files in a ZIP archive, which show what program wrote it. Its contents are not trusted.
struct ZipDirectory {
    /// The names in the part of the directory that is read.
    let names: [String]

    /// Reads the directory at the end of an archive; nil if there is none.
    init?(_ file: FileHandle) {
        guard let size = try? file.seekToEnd() else { return nil }
        let length = min(size, UInt64(ZipEnd.searched))
        guard (try? file.seek(toOffset: size - length)) != nil,
            let tail = (try? file.read(upToCount: Int(length))) ?? nil,
            let end = try? ZipEnd(tail: [UInt8](tail), size: Int(size)),
            (try? file.seek(toOffset: UInt64(end.offset))) != nil,
            let list = (try? file.read(upToCount: min(end.length, Self.maxBytes))) ?? nil
        else { return nil }
        names = ZipEntry.some([UInt8](list), at: end.offset).map {
            String(decoding: $0.name, as: UTF8.self)
        }
        if names.isEmpty { return nil }
    }

    /// Maximum number of bytes read of a directory; a network's is much shorter.
    private static let maxBytes = 4 << 20
}
