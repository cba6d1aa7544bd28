/// A buffer that one reader reuses, so that reading does not allocate.
///
/// It belongs to one thread at a time.
public final class ReadBuffer {
    private var storage: UnsafeMutableRawPointer
    private var capacity: Int
    /// Bytes at the start that are ignored.
    private var skipped = 0
    /// Bytes that were filled last.
    public private(set) var count = 0

    /// Creates an empty buffer.
    ///
    /// - Parameter capacity: Bytes it has room for at first; more are taken when they are needed.
    public init(capacity: Int = 1 << 16) {
        self.capacity = max(1, capacity)
        storage = .allocate(byteCount: self.capacity, alignment: 64)
    }

    deinit {
        storage.deallocate()
    }

    /// The bytes that were filled last; valid until the next filling.
    public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: storage + skipped, count: count)
    }

    /// The bytes as an array of their own.
    public var array: [UInt8] { Array(bytes) }

    /// Makes room for some bytes, whose values are arbitrary, and lets a body fill them.
    ///
    /// - Parameter kept: Bytes at the start that stay unchanged.
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

    /// Forgets all bytes but some.
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
