import FaceStatistics
import Testing

@Suite("Power, against statsmodels")
struct PairedPowerTests {
    let golden: Golden.Tests

    init() throws {
        golden = try Golden.read().tests
    }

    @Test("With endless pairs it is that of the paired t test")
    func tTest() throws {
        let power = try PairedPower(seedVariance: 1, pairVariance: 0)
        for row in golden.power {
            #expect(abs(power.power(toFind: row[0], seeds: Int(row[1])) - row[2]) < 1e-8, "\(row)")
        }
        for row in golden.seeds {
            #expect(power.seeds(toFind: row[0]) == Int(row[1]), "\(row)")
        }
    }

    @Test("The smallest difference found is found with the chance asked for")
    func difference() throws {
        let power = try PairedPower(seedVariance: 4e-6, pairVariance: 1e-6)
        for seeds in [2, 3, 5, 20, 500] {
            let difference = try #require(power.difference(foundBy: seeds))
            #expect(abs(power.power(toFind: difference, seeds: seeds) - 0.8) < 1e-5)
        }
        #expect(power.difference(foundBy: 1) == nil)
    }

    @Test("A difference below what the pairs can show is never found, but with more pairs")
    func floor() throws {
        let power = try PairedPower(seedVariance: 4e-6, pairVariance: 1e-6)
        // (1.960 + 0.842) standard errors of the pairs.
        #expect(power.seeds(toFind: 0.0025) == nil)
        #expect(power.seeds(toFind: 0.0035) != nil)
        let factor = power.pairFactor(toFind: 0.0025)
        #expect(abs(factor - 1.256) < 1e-3)
        let larger = try PairedPower(seedVariance: 0, pairVariance: 1e-6 / factor)
        #expect(abs(larger.power(toFind: 0.0025, seeds: 5) - 0.8) < 1e-6)
    }

    @Test("Nothing varies")
    func certain() throws {
        let power = try PairedPower(seedVariance: 0, pairVariance: 0)
        #expect(power.power(toFind: 0.01, seeds: 2) == 1)
        #expect(power.difference(foundBy: 2) == 0)
        #expect(throws: FaceStatisticsError.notAFraction(name: "the level", value: 0)) {
            try PairedPower(seedVariance: 1, pairVariance: 1, level: 0)
        }
    }
}
