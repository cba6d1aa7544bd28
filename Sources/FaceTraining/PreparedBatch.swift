import FaceData
import Torch

/// A batch on the network's device.
struct PreparedBatch {
    /// Normalised images, `[n, 3, h, w]`.
    let images: Tensor
    /// Class indices, `[n]`.
    let labels: Tensor
    /// The labels on the CPU, which are checked when the batch's step begins.
    let labelValues: [Int]
}

/// Splits a batch's images and labels into equal consecutive parts; their number must divide the count.
func split(
    _ images: Tensor, _ labels: Tensor, into microBatches: Int
) -> [(images: Tensor, labels: Tensor)] {
    guard microBatches > 1 else { return [(images, labels)] }
    let size = labels.count / microBatches
    return (0..<microBatches).map { microBatch in
        let range = microBatch * size..<(microBatch + 1) * size
        return (images.narrowed(0, range), labels.narrowed(0, range))
    }
}

/// The batches of an epoch; the next one can be prefetched.
struct PrefetchedBatches {
    private let batches: any TrainingBatches
    private let isPrefetching: Bool
    private let prepare: (ImageBatch) -> PreparedBatch
    private let now: () -> ContinuousClock.Instant
    private var fetched: Result<PreparedBatch?, any Error>?
    private var waited = Duration.zero

    /// - Parameter isPrefetching: Whether ``fetch()`` prefetches: on the CPU nothing could overlap with it.
    init(
        _ batches: any TrainingBatches, isPrefetching: Bool,
        now: @escaping () -> ContinuousClock.Instant = { .now },
        prepare: @escaping (ImageBatch) -> PreparedBatch
    ) {
        self.batches = batches
        self.isPrefetching = isPrefetching
        self.now = now
        self.prepare = prepare
    }

    /// Prefetches the next batch; an error is thrown when it is requested.
    mutating func fetch() {
        guard isPrefetching, fetched == nil else { return }
        fetched = Result { try wait().map(prepare) }
    }

    /// The next batch, or nil at the end.
    mutating func next() throws -> PreparedBatch? {
        defer { fetched = nil }
        return try fetched.map { try $0.get() } ?? wait().map(prepare)
    }

    /// Seconds spent waiting for batches since the last call.
    mutating func takeWaitingSeconds() -> Double {
        defer { waited = .zero }
        return waited / .seconds(1)
    }

    private mutating func wait() throws -> ImageBatch? {
        let start = now()
        defer { waited += start.duration(to: now()) }
        return try batches.next()
    }
}
