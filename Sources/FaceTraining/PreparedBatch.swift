import FaceData
import Torch

/// A batch where the network computes.
struct PreparedBatch {
    /// `[n, 3, h, w]`, normalised.
    let images: Tensor
    /// `[n]`.
    let labels: Tensor
    /// The labels as the loader gave them, to be checked when the batch's step begins.
    let labelValues: [Int]
}

/// A batch's images and labels in equal parts, side by side, of which the count is a divisor.
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

/// The batches of an epoch, of which the next one can be fetched ahead.
struct Upcoming {
    private let batches: any TrainingBatches
    private let isAhead: Bool
    private let prepare: (ImageBatch) -> PreparedBatch
    private let now: () -> ContinuousClock.Instant
    private var fetched: Result<PreparedBatch?, any Error>?
    private var waited = Duration.zero

    /// - Parameter isAhead: Whether ``fetch()`` does anything: on the processor there is nothing to
    ///   be done meanwhile.
    init(
        _ batches: any TrainingBatches, isAhead: Bool,
        now: @escaping () -> ContinuousClock.Instant = { .now },
        prepare: @escaping (ImageBatch) -> PreparedBatch
    ) {
        self.batches = batches
        self.isAhead = isAhead
        self.now = now
        self.prepare = prepare
    }

    /// Fetches the next batch ahead; an error shows when it is asked for.
    mutating func fetch() {
        guard isAhead, fetched == nil else { return }
        fetched = Result { try wait().map(prepare) }
    }

    /// The next batch, or nil at the end.
    mutating func next() throws -> PreparedBatch? {
        defer { fetched = nil }
        return try fetched.map { try $0.get() } ?? wait().map(prepare)
    }

    /// Seconds in which batches were waited for since this was last asked.
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
