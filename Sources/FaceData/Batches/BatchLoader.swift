import Foundation

/// Decodes batches ahead of their use and delivers them in order, whatever the number of threads.
///
/// A few batches are in flight at once, each decoded by one worker; their number bounds the memory
/// used. An image that was removed or changed is reported as the error of its batch.
public final class BatchLoader {
    /// The images and labels of a batch.
    public struct Request: Sendable {
        /// The images' indices in the source.
        public var indices: [Int]
        /// The images' labels; may be empty.
        public var labels: [Int]
        /// Whether each image is mirrored; may be empty for none.
        public var mirrored: [Bool]
        /// How they are augmented; nil for not at all.
        public var augmentation: AugmentationRule?
        /// Index of the first image within the whole batch, on which augmentation depends: other than 0
        /// for a part of a batch.
        public var firstIndex: Int

        /// Requests a batch; there are as many labels and mirror flags as indices, or none.
        public init(
            indices: [Int], labels: [Int] = [], mirrored: [Bool] = [],
            augmentation: AugmentationRule? = nil, firstIndex: Int = 0
        ) {
            precondition(
                [0, indices.count].contains(labels.count)
                    && [0, indices.count].contains(mirrored.count),
                "there must be as many labels and mirror flags as indices, or none")
            self.indices = indices
            self.labels = labels
            self.mirrored = mirrored
            self.augmentation = augmentation
            self.firstIndex = firstIndex
        }
    }

    private let queue = Prefetcher()
    /// Decodes the only batch, once.
    private var single: (() throws -> ImageBatch)?

    /// Starts decoding; a single batch, which nothing could be done beside, is decoded when it is asked for, without the
    /// start of a thread.
    ///
    /// - Parameters:
    ///   - source: The images.
    ///   - count: Number of batches.
    ///   - side: Height and width of an image in the batch, in pixels.
    ///   - threads: Number of workers.
    ///   - request: The contents of each batch, by its index; called on the workers' threads, or for a single batch by
    ///     ``next()``.
    public init(
        _ source: any ImageSource, count: Int, side: Int, threads: Int = 1,
        request: @escaping @Sendable (Int) -> Request
    ) {
        guard count != 1 else {
            single = { try BatchDecoder(source, side: side).decode(request(0)) }
            return
        }
        let workers = max(1, threads)
        queue.begin(count: count, ahead: workers + 1)
        for _ in 0..<workers {
            let queue = queue
            let thread = Thread {
                let decoder = BatchDecoder(source, side: side)
                while let index = queue.take() {
                    queue.put(index, Result { try decoder.decode(request(index)) })
                }
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    deinit {
        queue.cancel()
    }

    /// The next batch, or nil after the last; waits until it is decoded.
    public func next() throws -> ImageBatch? {
        if let decode = single {
            single = nil
            return try decode()
        }
        return try queue.next()?.get()
    }
}

/// Hands out indices to workers and batches to the consumer, in order.
private final class Prefetcher: @unchecked Sendable {
    private let condition = NSCondition()
    private var count = 0
    private var ahead = 1
    private var taken = 0
    private var consumed = 0
    private var isCancelled = false
    private var ready: [Int: Result<ImageBatch, any Error>] = [:]

    func begin(count: Int, ahead: Int) {
        self.count = count
        self.ahead = ahead
    }

    /// The next index to decode; nil if none is left or the consumer has cancelled.
    func take() -> Int? {
        condition.lock()
        defer { condition.unlock() }
        while !isCancelled, taken < count, taken >= consumed + ahead { condition.wait() }
        guard !isCancelled, taken < count else { return nil }
        taken += 1
        return taken - 1
    }

    func put(_ index: Int, _ batch: Result<ImageBatch, any Error>) {
        condition.lock()
        defer { condition.unlock() }
        ready[index] = batch
        condition.broadcast()
    }

    func next() -> Result<ImageBatch, any Error>? {
        condition.lock()
        defer { condition.unlock() }
        guard consumed < count else { return nil }
        while ready[consumed] == nil { condition.wait() }
        let batch = ready.removeValue(forKey: consumed)
        consumed += 1
        condition.broadcast()
        return batch
    }

    func cancel() {
        condition.lock()
        defer { condition.unlock() }
        isCancelled = true
        condition.broadcast()
    }
}

/// Decodes one batch after another on one thread.
private final class BatchDecoder {
    private let decoder = ImageDecoder()
    private let source: any ImageSource
    private let side: Int
    private let encoded = ReadBuffer()
    private let scratch = ReadBuffer()
    private lazy var changeMemory = ImageChange.Memory()

    init(_ source: any ImageSource, side: Int) {
        self.source = source
        self.side = side
    }

    func decode(_ request: BatchLoader.Request) throws(FaceDataError) -> ImageBatch {
        let size = side * side * 3
        var failure: FaceDataError?
        let pixels = [UInt8](
            unsafeUninitializedCapacity: request.indices.count * size
        ) { target, count in
            do throws(FaceDataError) {
                for index in request.indices.indices {
                    let slot = UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(target)[
                            index * size..<(index + 1) * size])
                    try decode(
                        request.indices[index],
                        mirrored: !request.mirrored.isEmpty && request.mirrored[index], into: slot)
                    let image = MutablePixels(
                        width: side, height: side, bytes: slot.assumingMemoryBound(to: UInt8.self))
                    request.augmentation?.apply(
                        to: image, at: request.firstIndex + index, changeMemory)
                    count += size
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return ImageBatch(side: side, pixels: pixels, labels: request.labels)
    }

    private func decode(
        _ position: Int, mirrored: Bool, into slot: UnsafeMutableRawBufferPointer
    ) throws(FaceDataError) {
        try source.read(position, into: encoded)
        try decoder.decode(
            encoded.bytes, path: source.path(of: position), side: side, mirrored: mirrored,
            into: slot, scratch: scratch)
    }
}
