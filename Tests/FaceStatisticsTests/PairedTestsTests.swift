import FaceStatistics
import Testing

@Suite("Tests, against SciPy and statsmodels")
struct PairedTestsTests {
    let golden: Golden.Tests

    init() throws {
        golden = try Golden.read().tests
    }

    @Test("McNemar's exact test")
    func mcNemar() throws {
        for row in golden.mcnemar {
            let test = McNemarTest(firstOnly: Int(row[0]), secondOnly: Int(row[1]))
            #expect(error(test.pValue, row[2]) < 1e-10, "\(row)")
        }
        let scores = try Golden.read().scores
        for (seed, p) in scores.mcnemar.enumerated() {
            let models = scores.values.map { $0[seed].map { $0 == 1 } }
            let test = McNemarTest(first: models[0], second: models[1])
            #expect(error(test.pValue, p) < 1e-10)
            let swapped = McNemarTest(first: models[1], second: models[0])
            #expect(swapped.pValue == test.pValue)
            #expect(swapped.firstOnly == test.secondOnly)
        }
    }

    @Test("The sign test; ties do not count")
    func sign() {
        for row in golden.sign {
            let differences =
                Array(repeating: 0.3, count: Int(row[0]))
                + Array(repeating: -2.0, count: Int(row[1])) + [0, 0]
            #expect(error(SignTest(differences).pValue, row[2]) < 1e-12, "\(row)")
        }
        #expect(SignTest([]).pValue == 1)
    }

    @Test("Holm's correction")
    func holm() {
        for row in golden.holm {
            for (mine, theirs) in zip(HolmCorrection.adjusted(row.p), row.adjusted) {
                #expect(error(mine, theirs) < 1e-14, "\(row)")
            }
        }
        #expect(HolmCorrection.adjusted([]) == [])
    }

    @Test("Friedman's test, with ties")
    func friedman() throws {
        for row in golden.friedman {
            let test = try FriedmanTest(row.values)
            #expect(zip(test.meanRanks, row.ranks).allSatisfy { error($0, $1) < 1e-14 })
            #expect(error(test.statistic, row.statistic) < 1e-12)
            #expect(error(test.pValue, row.p) < 1e-11)
        }
        #expect(try FriedmanTest([[1, 1], [2, 2]]).pValue == 1)
    }

    @Test("Friedman's test refuses what it cannot rank")
    func friedmanRefuses() {
        #expect(throws: FaceStatisticsError.tooFew(what: "configurations", found: 1, needed: 2)) {
            try FriedmanTest([[1, 2]])
        }
        #expect(throws: FaceStatisticsError.tooFew(what: "losses", found: 1, needed: 2)) {
            try FriedmanTest([[1], [2]])
        }
        #expect(throws: FaceStatisticsError.differentCounts(expected: 2, found: 3)) {
            try FriedmanTest([[1, 2], [1, 2, 3]])
        }
    }

    @Test("Nemenyi's critical difference, of Demšar's table and example")
    func nemenyi() {
        // Demšar (2006): q for 4 classifiers is 2.569, and the difference on 14 sets 1.25.
        let test = NemenyiTest(losses: 4, configurations: 14)
        #expect(abs(test.criticalDifference() - 1.25) < 0.005)
        #expect(abs(test.criticalDifference() - 2.569 * (20.0 / 84).squareRoot()) < 1e-3)
        #expect(abs(test.pValue(rankDistance: test.criticalDifference()) - 0.05) < 1e-9)
        #expect(test.pValue(rankDistance: 0) == 1)
    }

    @Test("Groups of which no two differ")
    func groups() {
        let values = [9.0, 8.5, 8, 6, 5.2, 2]
        let groups = CompactLetterDisplay.groups(values.count) { values[$0] - values[$1] > 1 }
        #expect(groups == [0..<3, 3..<5, 5..<6])
        let chained = CompactLetterDisplay.groups(4) { $1 - $0 > 1 }
        #expect(chained == [0..<2, 1..<3, 2..<4])
        #expect(CompactLetterDisplay.groups(3) { _, _ in false } == [0..<3])
        #expect(CompactLetterDisplay.groups(0) { _, _ in true } == [])
    }
}
