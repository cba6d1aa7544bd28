import FaceData
import FaceEvaluation
import FaceStatistics
import Foundation
import Testing
import SeededRandom

@Suite struct IdentificationRatesTests {
    /// A mated search with a rank, or one for somebody unknown.
    static func outcome(
        person: Int, mate: Float?, ahead: Int = 0, others: [(Int, Float)]
    ) throws -> SearchOutcome {
        let json = """
            {"probe": 0, "person": \(person), "mate": \(mate.map { "\($0)" } ?? "null"),
             "ahead": \(ahead), "others": [\(others.map { "{\"person\": \($0.0), \"score\": \($0.1)}" }
                .joined(separator: ","))]}
            """
        // Outcomes are made by searches alone; records of them can be read.
        return try JSONDecoder().decode(SearchOutcome.self, from: Data(json.utf8))
    }

    /// A set of single images, one a template: enrolled people first.
    static func set(enrolled: Int, probes: [Int]) -> TemplateSet {
        let people = Array(0..<enrolled) + probes
        return TemplateSet(
            source: ImageFiles(people.indices.map { "\($0).jpg" }, in: URL(fileURLWithPath: "/")),
            templates: people.enumerated().map {
                .init(name: "\($0)", person: $1, members: [.init(image: $0, medium: $0)])
            }, people: (0...(people.max() ?? 0)).map { "\($0)" },
            galleries: [.init(name: "gallery", templates: Array(0..<enrolled))],
            probes: Array(enrolled..<people.count))
    }

    static func table(_ count: Int, _ dimension: Int, seed: UInt64) throws -> EmbeddingTable {
        var random = SeededRandom(seed: seed, "rows")
        let values = (0..<count * dimension).map { _ in Float(random.below(2001)) / 1000 - 1 }
        return try EmbeddingTable(count: count, dimension: dimension, values: values).normalized()
    }

    @Test func scoresAllEqualAreNoHit() throws {
        let set = Self.set(enrolled: 5, probes: [0, 1, 7])
        let same = try EmbeddingTable(count: 8, dimension: 2, values: (0..<16).map { _ in 1 })
            .normalized()
        let search = try GallerySearch(set.galleries[0].templates, of: set, same)
        let rates = IdentificationRates([search])
        #expect(search.outcomes.map(\.rank) == [5, 5, nil])
        #expect(rates.rate(atRank: 1) == 0)
        #expect(rates.tpir(atFPIR: 0.5) == 0)
    }

    @Test func blocksChangeNothing() throws {
        // More than a block of probes and of the gallery, against a loop over all.
        let set = Self.set(enrolled: 9000, probes: (0..<300).map { $0 * 31 })
        let table = try Self.table(9300, 4, seed: 3)
        let search = try GallerySearch(set.galleries[0].templates, of: set, table)
        for (row, outcome) in search.outcomes.enumerated() where row % 37 == 0 {
            let probe = Array(table[9000 + row])
            let scores = (0..<9000).map { other in
                Float(zip(probe, table[other]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) })
            }
            let person = set.templates[9000 + row].person ?? -1
            let mate = person < 9000 ? scores[person] : nil
            let others = scores.indices.filter { $0 != person }.map { scores[$0] }.sorted(by: >)
            #expect(isClose(outcome.mate.map(Double.init), mate.map(Double.init), within: 1e-6))
            #expect(isClose(Double(outcome.bestOther), Double(others[0]), within: 1e-6))
            #expect(outcome.others.count == GallerySearch.candidates)
            if let mate {
                #expect(abs(outcome.ahead - others.count { $0 >= mate }) <= 1)
            }
        }
    }

    @Test func thresholdNeverAcceptsMoreThanAsked() throws {
        let unknown = try (0..<10).map {
            try Self.outcome(person: 100 + $0, mate: nil, others: [(1, Float($0) / 10)])
        }
        let mated = try [0.95, 0.9, 0.85, 0.5].enumerated().map {
            try Self.outcome(person: $0, mate: $1, others: [(9, 0.1)])
        }
        let rates = IdentificationRates([unknown + mated])
        // The threshold for no false positive is .9, which is itself no hit.
        #expect(rates.tpir(atFPIR: 0.05) == 0.25)
        // One of ten may be accepted, so that .8 is the threshold.
        #expect(rates.tpir(atFPIR: 0.1) == 0.75)
        #expect(rates.thresholds(atFPIR: 0.1) == [0.8])
        #expect(rates.fpir(at: 0.8) == 0.1)
        #expect(rates.fnir(at: 0.8) == 0.25)
        #expect(rates.errorTradeOff().allSatisfy { $0.fpir >= 0.0999 && $0.fnir <= 0.75 })
    }

    @Test func withoutUnknownPeopleThereIsNoTPIR() throws {
        let mated = [try Self.outcome(person: 0, mate: 0.5, others: [(1, 0.1)])]
        #expect(IdentificationRates([mated]).tpir(atFPIR: 0.1) == nil)
        #expect(IdentificationRates([mated]).rate(atRank: 1) == 1)
    }

    @Test func intervalsHoldTheTruthAsOftenAsTheySay() throws {
        // People whose own probes succeed together: the truth is known, and single probes mislead.
        var random = SeededRandom(seed: 5, "truth")
        var covered = 0
        let studies = 100
        for study in 0..<studies {
            var outcomes: [SearchOutcome] = []
            for person in 0..<60 {
                let chance = random.below(2) == 0 ? 50 : 90
                for _ in 0..<6 {
                    let isHit = random.below(100) < chance
                    outcomes.append(
                        try Self.outcome(
                            person: person, mate: 0.5, ahead: isHit ? 0 : 1,
                            others: [(61, isHit ? 0.1 : 0.6)]))
                }
            }
            let found = IdentificationRates([outcomes]).replicates(
                of: .rank(1), people: 62, draws: 100, seed: UInt64(study))
            if found?.interval().contains(0.7) ?? false { covered += 1 }
        }
        #expect((0.9...1).contains(Double(covered) / Double(studies)), "\(covered) of \(studies)")
    }

    @Test func aModelComparedWithItselfDoesNotDiffer() throws {
        let outcomes = try (0..<20).map {
            try Self.outcome(person: $0, mate: 0.5, ahead: $0 % 3, others: [(($0 + 1) % 20, 0.4)])
        }
        let rates = IdentificationRates([outcomes])
        let one = try #require(rates.replicates(of: .rank(1), people: 20))
        let difference = try #require(one.minus(one))
        #expect(difference.estimate == 0)
        #expect(difference.variance == 0)
        #expect(difference.pValue == 1)
    }
}
