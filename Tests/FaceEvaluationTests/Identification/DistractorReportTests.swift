import FaceData
import Foundation
import Testing

@testable import FaceEvaluation

/// MegaFace's figures and their intervals, worked out by hand.
@Suite struct DistractorReportTests {
    /// Two people among 25 equal distractors. Ann's images have a score of 1 with each other and of 0 with the
    /// distractors; Bob's have 0.62 with each other and 0.9 with the distractors.
    private static func report(
        _ people: [String], failed: Set<Int> = [], draws: Int = PeopleReplicates.defaultDraws
    ) throws -> DistractorReport {
        let rest = Float(0.19).squareRoot()
        let rows: [[Float]] = people.enumerated().map { index, person in
            person == "Ann" ? [1, 0, 0] : [0, 0.9, index % 2 == 0 ? rest : -rest]
        }
        return try DistractorReport(
            probes: EmbeddingTable(count: rows.count, dimension: 3, values: rows.flatMap(\.self)),
            people: people,
            distractors: EmbeddingTable(
                count: 25, dimension: 3, values: (0..<25).flatMap { _ -> [Float] in [0, 1, 0] }),
            noisy: (1, 2), failed: failed, draws: draws)
    }

    private func close(_ values: [Double], _ expected: Set<Double>) -> Bool {
        values.allSatisfy { value in expected.contains { isClose(value, $0, within: 1e-12) } }
            && expected.allSatisfy { one in values.contains { isClose($0, one, within: 1e-12) } }
    }

    @Test("A person who is drawn twice counts twice, and one who is not drawn does not count")
    func draws() throws {
        let report = try Self.report(["Ann", "Ann", "Bob", "Bob"])
        #expect(report.pairs == 4 && report.people == 2)
        #expect(report.noisyProbes == 1 && report.noisyDistractors == 2)
        #expect(report.warnings.isEmpty)
        // 100 pairs of a probe and a distractor let expect ten false accepts at 0.1, and one at 0.01.
        #expect(
            report.figures.map(\.measure) == [
                .rankAmong(1, distractors: 10), .rankAmong(1, distractors: 25), .tar(far: 0.1),
            ])
        #expect(
            report.figures.map(\.measure.title) == [
                "rank 1 among 10 distractors", "rank 1 among 25 distractors", "TAR at FAR 0.1",
            ])
        #expect(report.tarAtFAR1e6 == nil)
        for figure in report.figures {
            #expect(figure.value == 0.5)
            let found = try #require(figure.replicates)
            #expect(found.estimate == 0.5 && found.people == 2)
            #expect(found.draws.count == PeopleReplicates.defaultDraws)
            // Ann alone, Bob alone, or both.
            #expect(close(found.draws, [0, 0.5, 1]))
            let mean = found.draws.reduce(0, +) / Double(found.draws.count)
            #expect(isClose(mean, 0.5, within: 0.1))
            #expect(figure.interval == [0, 1])
        }
        #expect(report.comparedFigures == Array(report.figures.dropFirst()))
    }

    @Test("Pairs of an image that failed are misses in every draw of its person")
    func failures() throws {
        // Ann has six pairs, of which two can be compared; Bob has two.
        let report = try Self.report(["Ann", "Ann", "Bob", "Bob", "Ann"], failed: [4])
        #expect(report.pairs == 8 && report.failedPairs == 4)
        #expect(report.warnings == ["4 pairs with a probe that failed count as misses."])
        for figure in report.figures {
            #expect(isClose(figure.value, 0.25, within: 1e-12))
            let draws = try #require(figure.replicates).draws
            #expect(close(draws, [0, 2.0 / 8, 2.0 / 6]))
        }
    }

    @Test("Models on the same people are compared on the same draws")
    func paired() throws {
        let people = ["Ann", "Ann", "Bob", "Bob"]
        let one = try Self.report(people)
        // The other one finds nobody: the difference is the first one's own rate, draw by draw.
        let other = try Self.report(people.map { "not \($0)" })
        for (mine, theirs) in zip(one.figures, other.figures) {
            let (mine, theirs) = (
                try #require(mine.replicates), try #require(theirs.replicates)
            )
            #expect(theirs.draws.allSatisfy { $0 == 0 })
            let difference = try #require(mine.minus(theirs))
            #expect(difference.estimate == 0.5 && difference.draws == mine.draws)
            let same = try #require(mine.minus(mine))
            #expect(same.draws.allSatisfy { $0 == 0 } && same.pValue == 1)
        }
        // Without draws there are values only.
        let plain = try Self.report(people, draws: 0)
        #expect(plain.figures.map(\.value) == one.figures.map(\.value))
        #expect(plain.figures.allSatisfy { $0.interval == nil && $0.replicates == nil })
    }

    @Test("A set is evaluated from its images' embeddings, without distractors that failed")
    func images() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-megaface-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["facescrub", "megaface"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        try Data("facescrub/Ann/1.png\nfacescrub/Ann/2.png\n".utf8).write(
            to: folder.appendingPathComponent("facescrub_lst"))
        try Data("megaface/0/1/a.jpg\nmegaface/0/1/b.jpg\n".utf8).write(
            to: folder.appendingPathComponent("megaface_lst"))
        let set = try #require(try MegaFaceImages.open(images: folder, lists: ""))
        // Probes, then distractors; the second distractor failed.
        let table = try EmbeddingTable(
            count: 4, dimension: 2, values: [1, 0, 3, 4, 0, 2, 7, 7])
        let report = try DistractorReport(
            of: set, EmbeddingViews(original: table), failed: [3], draws: 0)
        // The pair's score is 0.6; the distractor's are 0 with the first probe and 0.8 with the second.
        #expect(report.rates.map(\.distractors) == [1])
        #expect(report.rates.map(\.rank1) == [0.5])
        #expect(report.failedDistractors == 1)
        #expect(report.warnings == ["1 distractor that could not be used is left out."])
        // Without any distractor nothing can be said.
        let none = try DistractorReport(
            of: set, EmbeddingViews(original: table), failed: [2, 3], draws: 0)
        #expect(none.rates.isEmpty && none.figures.isEmpty && none.pairs == 2)
    }

    @Test("The highest of equal scores are those of the first rows, in whatever order they come")
    func ties() {
        let all = (0..<3000).map { (score: Float($0 % 3), row: $0) }
        let expected = all.filter { $0.score == 2 }.prefix(10).map {
            HighestScores.Entry(score: 2, row: Int32($0.row))
        }
        for order in [
            all, all.reversed(), all.sorted { ($0.row % 7, $0.row) < ($1.row % 7, $1.row) },
        ] {
            var highest = HighestScores(limit: 10)
            for (score, row) in order { highest.add(score, of: row) }
            #expect(highest.sorted() == expected)
        }
    }
}
