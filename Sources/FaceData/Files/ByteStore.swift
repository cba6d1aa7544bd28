import Foundation

/// Bytes that can be read at any offset, by many threads at once: those of a file or an array.
public protocol ByteStore: Sendable {
    /// The path of the bytes, for messages.
    var path: String { get }
    /// Number of bytes.
    var size: Int { get }

    /// Fills memory with the bytes from an offset on.
    ///
    /// - Throws: ``FaceDataError/changed(path:)`` if there are too few, or
    ///   ``FaceDataError/unreadable(path:reason:)``.
    func read(
        at offset: Int, into target: UnsafeMutableRawBufferPointer
    ) throws(FaceDataError)

    /// Checks that the bytes have not changed since they were opened.
    ///
    /// - Throws: ``FaceDataError/changed(path:)``.
    func requireUnchanged() throws(FaceDataError)
}

extension ByteStore {
    /// Reads bytes into a buffer, replacing its contents.
    public func read(
        at offset: Int, count: Int, into buffer: ReadBuffer
    ) throws(FaceDataError) {
        try buffer.fill(count) { (target) throws(FaceDataError) in
            try read(at: offset, into: target)
        }
    }

    /// Reads bytes into an array.
    public func bytes(at offset: Int, count: Int) throws(FaceDataError) -> [UInt8] {
        let buffer = ReadBuffer()
        try read(at: offset, count: count, into: buffer)
        return buffer.array
    }
}

/// An array that is read like a file.
public struct MemoryBytes: ByteStore {
    /// The path in messages.
    public let path: String
    /// The content.
    public let bytes: [UInt8]

    /// Wraps an array; `path` names it in messages.
    public init(_ bytes: [UInt8], path: String = "memory") {
        self.bytes = bytes
        self.path = path
    }

    /// Number of bytes.
    public var size: Int { bytes.count }

    /// Copies bytes from `offset` on; throws `changed` beyond the end.
    public func read(
        at offset: Int, into target: UnsafeMutableRawBufferPointer
    ) throws(FaceDataError) {
        guard offset >= 0, offset <= bytes.count, target.count <= bytes.count - offset else {
            throw .changed(path: path)
        }
        target.copyBytes(from: bytes[offset..<offset + target.count])
    }

    /// An array does not change.
    public func requireUnchanged() throws(FaceDataError) {}
}

extension [UInt8] {
    /// `withUnsafeBytes` for a closure that throws this module's errors.
    func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(FaceDataError) -> Result
    ) throws(FaceDataError) -> Result {
        let result = withUnsafeBytes { bytes in
            Swift.Result { () throws(FaceDataError) in try body(bytes) }
        }
        return try result.get()
    }
}
