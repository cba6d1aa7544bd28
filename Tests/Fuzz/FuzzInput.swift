import Foundation

/// What all fuzz targets share: bytes become stores and files.
enum FuzzInput {
    /// Where files of a fuzzed path would be.
    static let location = URL(fileURLWithPath: "/fuzz/input")

    /// The bytes as a store, cut in two at a place that the first two bytes name.
    static func halves(_ bytes: [UInt8]) -> (MemoryBytes, MemoryBytes) {
        guard bytes.count >= 2 else { return (MemoryBytes([]), MemoryBytes([])) }
        let cut = min(bytes.count, 2 + Int(bytes[0]) + Int(bytes[1]) << 8)
        return (MemoryBytes(Array(bytes[2..<cut])), MemoryBytes(Array(bytes[cut...])))
    }

    /// A file with the bytes, the same one again and again, on a file system in memory.
    static func file(_ bytes: [UInt8]) -> URL {
        let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
        let url = URL(
            fileURLWithPath: "\(folder)/facet-fuzz-\(ProcessInfo.processInfo.processIdentifier)")
        guard let file = fopen(url.path, "w") else { return url }
        bytes.withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
        fclose(file)
        return url
    }

    /// Reads every image of a source, so far as it can be read.
    static func readAll(_ source: any ImageSource, decode: Bool = false) {
        let buffer = ReadBuffer()
        for location in 0..<min(source.count, 64) {
            guard (try? source.read(location, into: buffer)) != nil else { continue }
            _ = source.path(of: location)
            if decode { _ = try? ImageDecoder().decode(buffer.bytes, path: "fuzz") }
        }
    }
}
