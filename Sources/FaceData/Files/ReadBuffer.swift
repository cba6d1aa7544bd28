/// A reusable buffer, which avoids allocations for every read.
///
/// It must be used by one thread at a time.
public final class ReadBuffer {
    private var storage: UnsafeMutableRawPointer
    private var capacity: Int
    /// Bytes at the start that ``narrow(to:)`` removed.
    private var skipped = 0
    /// Number of valid bytes.
    public private(set) var count = 0

    /// Creates an empty buffer.
    ///
    /// - Parameter capacity: Initial capacity in bytes; it grows as needed.
    public init(capacity: Int = 1 << 16) {
        self.capacity = max(1, capacity)
        storage = .allocate(byteCount: self.capacity, alignment: 64)
    }

    deinit {
        storage.deallocate()
    }

    /// The current bytes; valid until the next call of ``fill(_:keeping:_:)``.
    public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: storage + skipped, count: count)
    }

    /// A copy of the bytes.
    public var array: [UInt8] { Array(bytes) }

    /// Makes room for `count` uninitialised bytes and has a closure fill them.
    ///
    /// - Parameter kept: Number of bytes at the start that are preserved.
    public func fill<Failure: Error>(
        _ count: Int, keeping kept: Int = 0,
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        if count > capacity { grow(to: count, keeping: kept) }
        skipped = 0
        self.count = count
        do {
            try body(UnsafeMutableRawBufferPointer(start: storage, count: count))
        } catch {
            self.count = 0
            throw error
        }
    }

    /// Fills the buffer with a picture as a raw PPM, which loses nothing and costs next to nothing to decode.
    public func fill(with picture: RGBImage) {
        let header = Array("P6 \(picture.width) \(picture.height) 255\n".utf8)
        fill(header.count + picture.pixels.count) { target in
            target.copyBytes(from: header)
            UnsafeMutableRawBufferPointer(rebasing: target[header.count...])
                .copyBytes(from: picture.pixels)
        }
    }

    /// Drops all bytes outside a range.
    func narrow(to range: Range<Int>) {
        precondition(range.upperBound <= count, "not as many bytes")
        skipped += range.lowerBound
        count = range.count
    }

    private func grow(to count: Int, keeping kept: Int) {
        let larger = max(count, capacity * 2)
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 64)
        fresh.copyMemory(from: storage, byteCount: min(kept, self.count))
        storage.deallocate()
        (storage, capacity) = (fresh, larger)
    }
}
