import FaceData
import Testing
import Torch

@testable import FaceTraining

/// Batches that are fetched while a GPU computes.
@Suite("Upcoming batches")
struct UpcomingTests {
    private struct Broken: Error {}

    /// Three batches with the labels 0, 1 and 2, then the end or an error.
    private final class Source: TrainingBatches {
        private(set) var asked = 0
        private let fails: Bool

        init(fails: Bool = false) { self.fails = fails }

        func next() throws -> ImageBatch? {
            defer { asked += 1 }
            if asked == 3, fails { throw Broken() }
            guard asked < 3 else { return nil }
            return ImageBatch(side: 1, pixels: [0, 0, 0], labels: [asked])
        }
    }

    private func upcoming(_ source: Source, isAhead: Bool) -> Upcoming {
        Upcoming(source, isAhead: isAhead) {
            PreparedBatch(
                images: Tensor([0 as Float]), labels: Tensor($0.labels), labelValues: $0.labels)
        }
    }

    @Test("come once each and in order, fetched ahead or not", arguments: [true, false])
    func order(_ isAhead: Bool) throws {
        var batches = upcoming(Source(), isAhead: isAhead)
        var labels: [Int] = []
        while let batch = try batches.next() {
            labels += batch.labelValues
            batches.fetch()
            batches.fetch()
        }
        #expect(labels == [0, 1, 2])
        #expect(try batches.next()?.labelValues == nil)
    }

    @Test("An error that was met ahead shows when its batch is asked for")
    func failure() throws {
        let source = Source(fails: true)
        var batches = upcoming(source, isAhead: true)
        for label in 0..<3 {
            #expect(try batches.next()?.labelValues == [label])
            batches.fetch()
        }
        #expect(source.asked == 4)
        #expect(throws: Broken.self) { try batches.next() }
    }

    @Test("On the processor nothing is fetched ahead")
    func lazy() throws {
        let source = Source()
        var batches = upcoming(source, isAhead: false)
        _ = try batches.next()
        batches.fetch()
        #expect(source.asked == 1)
    }
}
