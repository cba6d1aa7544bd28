import Foundation

/// The names of the files in a ZIP archive, to know what wrote it. Nothing of it is believed.
struct ZipDirectory {
    /// How a file in an archive begins, and with it most archives.
    static let localHeader: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

    /// Names, as many as fit into the part of the directory that is read.
    let names: [String]

    /// Reads the directory at the end of an archive; nil where there is none.
    init?(_ file: FileHandle) {
        guard let size = try? file.seekToEnd() else { return nil }
        // The end's record, with the longest comment and the records of large archives before it.
        let length = min(size, UInt64(22 + 0xFFFF + 76))
        guard (try? file.seek(toOffset: size - length)) != nil,
            let tail = (try? file.read(upToCount: Int(length))) ?? nil
        else { return nil }
        let end = [UInt8](tail)
        guard let index = Self.last([0x50, 0x4B, 0x05, 0x06], in: end), index + 22 <= end.count
        else { return nil }
        var offset = Self.number(end, index + 16, 4)
        if offset == 0xFFFF_FFFF {
            guard let large = Self.last([0x50, 0x4B, 0x06, 0x06], in: end), large + 56 <= end.count
            else { return nil }
            offset = Self.number(end, large + 48, 8)
        }
        guard offset < size, (try? file.seek(toOffset: offset)) != nil,
            let directory = (try? file.read(upToCount: Self.maxBytes)) ?? nil
        else { return nil }
        names = Self.names(in: [UInt8](directory))
        if names.isEmpty { return nil }
    }

    /// What is read of a directory; a network's is much shorter.
    private static let maxBytes = 4 << 20

    private static func names(in bytes: [UInt8]) -> [String] {
        var names: [String] = []
        var index = 0
        while index + 46 <= bytes.count, bytes[index...].starts(with: [0x50, 0x4B, 0x01, 0x02]) {
            let name = Int(number(bytes, index + 28, 2))
            guard index + 46 + name <= bytes.count else { break }
            names.append(String(decoding: bytes[index + 46..<index + 46 + name], as: UTF8.self))
            index += 46 + name + Int(number(bytes, index + 30, 2) + number(bytes, index + 32, 2))
        }
        return names
    }

    private static func last(_ mark: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= mark.count else { return nil }
        return (0...bytes.count - mark.count).last { bytes[$0...].starts(with: mark) }
    }

    /// A little-endian number of up to 8 bytes.
    private static func number(_ bytes: [UInt8], _ index: Int, _ count: Int) -> UInt64 {
        bytes[index..<index + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
