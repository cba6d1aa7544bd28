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
        guard let place = Self.last([0x50, 0x4B, 0x05, 0x06], in: end), place + 22 <= end.count
        else { return nil }
        var offset = Self.number(end, place + 16, 4)
        if offset == 0xFFFF_FFFF {
            guard let large = Self.last([0x50, 0x4B, 0x06, 0x06], in: end), large + 56 <= end.count
            else { return nil }
            offset = Self.number(end, large + 48, 8)
        }
        guard offset < size, (try? file.seek(toOffset: offset)) != nil,
            let directory = (try? file.read(upToCount: Self.mostBytes)) ?? nil
        else { return nil }
        names = Self.names(in: [UInt8](directory))
        if names.isEmpty { return nil }
    }

    /// What is read of a directory; a network's is much shorter.
    private static let mostBytes = 4 << 20

    private static func names(in bytes: [UInt8]) -> [String] {
        var names: [String] = []
        var place = 0
        while place + 46 <= bytes.count, bytes[place...].starts(with: [0x50, 0x4B, 0x01, 0x02]) {
            let name = Int(number(bytes, place + 28, 2))
            guard place + 46 + name <= bytes.count else { break }
            names.append(String(decoding: bytes[place + 46..<place + 46 + name], as: UTF8.self))
            place += 46 + name + Int(number(bytes, place + 30, 2) + number(bytes, place + 32, 2))
        }
        return names
    }

    private static func last(_ mark: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= mark.count else { return nil }
        return (0...bytes.count - mark.count).last { bytes[$0...].starts(with: mark) }
    }

    /// A little-endian number of up to 8 bytes.
    private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> UInt64 {
        bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
