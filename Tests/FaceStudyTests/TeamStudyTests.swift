import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceModels
import FaceRuns
import FaceTraining
import Foundation
import Processes
import SeededRandom
import TestTeams
import Testing
import Torch

@testable import FaceStudy

/// Small images in memory that note who reads which of them.
private struct NotedImages: ImageSource {
    let rank: Int
    let count: Int
    let notes: Lines
    /// One that does not decode.
    var broken: Int?

    var location: URL { URL(fileURLWithPath: "/noted") }

    func name(of index: Int) -> String { "image \(index)" }

    func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        notes.add("\(rank) reads \(index)")
        var stream = SeededRandom(seed: 5, "image", UInt64(index))
        let pixels = (0..<32 * 32 * 3).map { _ in UInt8(stream.below(256)) }
        let image = RGBImage(width: 32, height: 32, pixels: pixels)
        let bytes = try index == broken ? [1, 2, 3] : ImageEncoder.jpeg(image, quality: 90)
        buffer.fill(bytes.count) { $0.copyBytes(from: bytes) }
    }
}

@Suite("A study in several processes", .serialized)
struct TeamStudyTests {
    private static func embedder(_ team: ProcessTeam?) throws -> SetEmbedder {
        let backbone = try BackboneCatalogue.make(
            BackboneSpecification(parsing: "mobilenetv1:width=0.1,embedding=16"), inputSize: 32,
            initial: InitialWeights(seed: 1))
        let compute = ComputeConfiguration(
            device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1)
        return SetEmbedder(
            embedder: try Embedder(backbone: backbone, compute: compute, batchSize: 4), size: 32,
            team: team)
    }

    /// What process 0 embeds with others that do as it says.
    private static func embedded(
        _ size: Int, _ images: @escaping @Sendable (Int) -> NotedImages, mirroring: Bool = true
    ) throws -> [Result<EmbeddingViews?, any Error>] {
        try together(size) { team in
            let (embedder, images) = (try embedder(team), images(team.rank))
            if team.leads {
                return try embedder.embeddings(
                    of: images, .training([]), mirroring: mirroring, progress: { _, _ in })
            }
            let text = try team.nextOrder()
            try embedder.assist(
                try JSONDecoder().decode(EmbeddingOrder.self, from: Data(text.utf8))
            ) { CheckedImages(source: images) { images.notes.add("\(images.rank) checks \($0)") } }
            return nil
        }
    }

    @Test(
        "embeds each image once, in one of the processes, to the same bytes",
        arguments: [(2, 18, true), (3, 18, false), (3, 5, true), (4, 3, true)])
    func embedding(_ size: Int, _ count: Int, _ mirroring: Bool) throws {
        let alone = try Self.embedder(nil).embeddings(
            of: NotedImages(rank: 0, count: count, notes: Lines()), mirroring: mirroring,
            progress: { _, _ in })
        let notes = Lines()
        let ends = try Self.embedded(
            size, { NotedImages(rank: $0, count: count, notes: notes) }, mirroring: mirroring)
        let found = try #require(try ends[0].get())
        #expect(found.original.values == alone.original.values)
        #expect(found.mirrored?.values == alone.mirrored?.values)
        #expect(found.mirrored != nil || !mirroring)
        for end in ends { _ = try end.get() }
        // Batches of four go round.
        let expected = (0..<count).map { "\($0 / 4 % size) reads \($0)" }
        #expect(notes.all.filter { $0.contains("reads") }.sorted() == expected.sorted())
        #expect(count < 18 || notes.all.contains("1 checks 4..<8"))
    }

    @Test("embeds a part of a description, and checks the images that it is of")
    func parts() throws {
        let notes = Lines()
        let ends = try together(2) { team -> EmbeddingViews? in
            let images = NotedImages(rank: team.rank, count: 20, notes: notes)
            let embedder = try Self.embedder(team)
            if team.leads {
                return try embedder.embeddings(
                    of: SelectedImages(Array(5..<15), of: images), .part(.heldOut, 5..<15),
                    progress: { _, _ in })
            }
            let order = try JSONDecoder().decode(
                EmbeddingOrder.self, from: Data(try team.nextOrder().utf8))
            guard case .part(.heldOut, let range) = order.images else {
                Issue.record("\(order.images)")
                return nil
            }
            try embedder.assist(order) {
                CheckedImages(source: images) { notes.add("\(team.rank) checks \($0)") }
                    .part(range)
            }
            return nil
        }
        let found = try #require(try ends[0].get())
        let alone = try Self.embedder(nil).embeddings(
            of: SelectedImages(
                Array(5..<15), of: NotedImages(rank: 0, count: 20, notes: Lines())),
            progress: { _, _ in })
        #expect(found.original.values == alone.original.values)
        #expect(found.mirrored?.values == alone.mirrored?.values)
        _ = try ends[1].get()
        #expect(notes.all.contains("1 checks 9..<13"))
    }

    @Test("says in process 0 which other process cannot read an image, and waits for none")
    func broken() throws {
        let ends = try Self.embedded(2) {
            NotedImages(rank: $0, count: 40, notes: Lines(), broken: $0 == 1 ? 13 : nil)
        }
        guard case .failure(let error as ProcessError) = ends[0],
            case .reported(let member, let message) = error
        else {
            Issue.record("\(ends[0])")
            return
        }
        #expect(member.hasPrefix("rank 1 (") && message.contains("image 13"), "\(error)")
        #expect(throws: (any Error).self) { try ends[1].get() }
    }

    @Test("refuses other images than those of process 0")
    func otherImages() throws {
        let ends = try Self.embedded(2) {
            NotedImages(rank: $0, count: 8 + $0, notes: Lines())
        }
        #expect {
            try ends[0].get()
        } throws: { "\($0)".contains("are not those of process 0") }
    }

    /// Runs a study in two processes.
    private static func run(
        _ study: TinyStudy, _ other: StudyConfiguration? = nil, notes: Lines
    ) throws {
        let (mine, output) = (study.configuration, study.output)
        let ends = try together(2) { team in
            var control = StudyControl(listener: { event in
                switch event {
                case .preparing(let what, _, _): notes.add("\(team.rank) \(what)")
                case .note(let text): notes.add("\(team.rank) \(text)")
                default: break
                }
            })
            control.team = team
            if team.leads {
                let outcome = try Study(mine, folder: output).run(control)
                #expect(outcome.finished == 1 && outcome.failed == [])
                try team.end()
                team.dismiss()
            } else {
                try Study(other ?? mine, folder: output).follow(control)
            }
        }
        for end in ends { try end.get() }
    }

    private static func content(_ study: TinyStudy) throws -> [String] {
        let folder = StudyFolder(study.output)
        return try folder.runs().flatMap { try TinyStudy.content($0) }
    }

    @Test("scans the sets in process 0 alone, and comes to the same numbers")
    func scans() throws {
        try TinyStudy.with { study in
            study.configuration.training.microBatches = 4
            study.configuration.training.average = 0.9
            study.configuration.evaluation.batchSize = 3
            try study.run()
            let alone = try Self.content(study)
            try FileManager.default.removeItem(at: study.output)
            let notes = Lines()
            try Self.run(study, notes: notes)
            #expect(try Self.content(study) == alone)
            #expect(Set(notes.all) == ["0 reading 'pairs'", "0 reading 'few'"])
        }
    }

    @Test("tests in process 0 alone where another process lacks the test set, and says so")
    func withoutTests() throws {
        try TinyStudy.with { study in
            study.configuration.training.microBatches = 2
            try study.run()
            let alone = try Self.content(study)
            try FileManager.default.removeItem(at: study.output)
            let notes = Lines()
            var other = study.configuration
            other.test[0].images = study.file("nowhere").path
            try Self.run(study, other, notes: notes)
            #expect(try Self.content(study) == alone)
            #expect(
                notes.all.contains {
                    $0.hasPrefix("0 rank 1 (")
                        && $0.hasSuffix("process 0, which therefore tests the models alone")
                })
        }
    }
}
