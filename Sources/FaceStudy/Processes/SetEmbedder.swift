import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceModels
import FaceRuns
import Foundation
import Processes
import Torch

/// Embeds the sets of a study with one network, in this process or in all processes of a training.
///
/// Batches are distributed round-robin: process r of P computes the batches r, r + P, r + 2 P ..., which
/// contain the same images as in a single process, so that the embeddings are the same bytes for any number
/// of processes. Before each round, all processes report whether they have their batch, so that none waits
/// for one that fails or stops; after it, the embeddings are gathered.
struct SetEmbedder {
    let embedder: Embedder
    /// Height and width of its input, in pixels.
    let size: Int
    /// The processes of the training; nil for a single process.
    var team: ProcessTeam?
    /// Whether the network has the moving averages of the weights.
    var averaged = false
    /// The network, if its finished embeddings of templates' images are kept until they are used.
    var keeping: (any Backbone)?

    /// Embeddings of images and of their mirror images, not normalised.
    ///
    /// - Parameters:
    ///   - source: The images.
    ///   - name: The images' description for other processes; nil if this process embeds them alone.
    ///   - mirroring: Whether mirror images are embedded as well.
    ///   - progress: Receives how many images are done, and of how many.
    func embeddings(
        of source: any ImageSource, _ name: SharedImages? = nil, mirroring: Bool = true,
        progress: (Int, Int) throws -> Void
    ) throws -> EmbeddingViews {
        let count = source.count
        guard let team, let name, count > 0 else {
            return try embedder.embeddings(of: source, size: size, mirroring: mirroring) {
                try progress($0, count)
            }
        }
        let order = EmbeddingOrder(name, of: source, mirroring: mirroring, averaged: averaged)
        try team.lead(String(decoding: try JSONEncoder().encode(order), as: UTF8.self))
        var views = [[Float]](repeating: [], count: order.views)
        try takeTurns(team, order, { CheckedImages(source: source) { _ in } }, progress) { rows in
            for view in views.indices { views[view] += rows[view] }
        }
        try progress(count, count)
        let tables = try views.map {
            try EmbeddingTable(count: count, dimension: $0.count / count, values: $0)
        }
        return try EmbeddingViews(original: tables[0], mirrored: mirroring ? tables[1] : nil)
    }

    /// The embeddings that are kept in a run's folder; nil if none are. Reads all weights.
    func kept(in folder: RunFolder) -> KeptEmbeddings? {
        keeping.map { KeptEmbeddings(by: self, $0, in: folder) }
    }

    /// Embeds this process's part of the images that process 0 requests.
    ///
    /// - Parameter images: Opens the requested images.
    func assist(_ order: EmbeddingOrder, _ images: () throws -> CheckedImages) throws {
        guard let team else { return }
        try takeTurns(team, order, images, { _, _ in }, take: { _ in })
    }

    /// - Parameter take: Receives the rows of each round, in the order of the images: those of the images,
    ///   and those of the mirror images.
    private func takeTurns(
        _ team: ProcessTeam, _ order: EmbeddingOrder, _ images: () throws -> CheckedImages,
        _ progress: (Int, Int) throws -> Void, take: ([[Float]]) -> Void
    ) throws {
        let turns = Turns(images: order.count, each: embedder.batchSize, processes: team.size)
        let source = Result {
            let images = try images()
            try order.requireSame(images.source)
            let batches = try embedder.batches(
                of: images.source, size: size, mirroring: order.mirroring, every: team.size,
                from: team.rank)
            return (batches: batches, check: images.check)
        }
        for round in 0..<turns.rounds {
            let mine = Result {
                let source = try source.get()
                try progress(turns.images(before: round), order.count)
                let batch = try source.batches.next()
                try source.check(turns.images(of: team.rank, in: round))
                return batch.map { [$0.original] + ($0.mirrored.map { [$0] } ?? []) } ?? []
            }
            guard try allHaveBatch(team, mine) else { return }
            take(try gathered(team, mine.get(), order, turns, round))
        }
    }

    /// Whether all processes have their batch; if this one has not, it reports the error to the others and
    /// throws it.
    private func allHaveBatch<Batch>(
        _ team: ProcessTeam, _ mine: Result<Batch, any Error>
    ) throws -> Bool {
        guard case .failure(let error) = mine else {
            if try team.agree(.ready) == .ready { return true }
            // Process 0 tells the others how to continue.
            if team.leads { throw team.reportedError() }
            return false
        }
        if !team.leads { team.reportFailure("\(error)") }
        _ = try team.agree(.ends)
        throw error
    }

    /// The rows of all processes' batches, in the order of the images.
    private func gathered(
        _ team: ProcessTeam, _ batch: [Tensor], _ order: EmbeddingOrder, _ turns: Turns,
        _ round: Int
    ) throws -> [[Float]] {
        let (views, each, dimension) = (order.views, turns.each, embedder.embeddingSize ?? 0)
        let mine = Tensor.zeros([views, each, dimension])
        for (view, rows) in batch.enumerated() {
            mine.narrowed(0, view..<view + 1).narrowed(1, 0..<rows.shape[0])
                .assign(rows.to(.float32, device: .cpu).reshaped([1] + rows.shape))
        }
        let all = try team.exchange { group throws(TorchError) in try group.gathered(mine) }
            .array(of: Float.self)
        return (0..<views).map { view in
            (0..<team.size).flatMap { rank in
                let start = (rank * views + view) * each * dimension
                return all[start..<start + turns.images(of: rank, in: round).count * dimension]
            }
        }
    }
}

/// The schedule by which each process embeds images.
struct Turns {
    /// Number of all images.
    let images: Int
    /// Images per batch.
    let each: Int
    /// Number of processes.
    let processes: Int

    /// Number of rounds, in which every process has one batch, or possibly none in the last.
    var rounds: Int {
        let all = each * processes
        return (images + all - 1) / all
    }

    /// Number of images that are done before a round.
    func images(before round: Int) -> Int { min(images, round * each * processes) }

    /// The images of a process in a round; empty if it has none.
    func images(of rank: Int, in round: Int) -> Range<Int> {
        let start = min(images, (round * processes + rank) * each)
        return start..<min(images, start + each)
    }
}
