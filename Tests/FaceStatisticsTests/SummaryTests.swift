import FaceStatistics
import Testing

@Suite("A summary of values")
struct SummaryTests {
    @Test("Mean, deviations and errors")
    func moments() throws {
        #expect(Summary([]) == nil)
        let three = try #require(Summary([1, 2, 6]))
        #expect(three.values == [1, 2, 6] && three.count == 3 && three.mean == 3)
        // Squares 4 + 1 + 9: over two, and over three.
        #expect(three.variance == 7)
        #expect(three.standardDeviation == 7.0.squareRoot())
        #expect(three.populationStandardDeviation == (14.0 / 3).squareRoot())
        #expect(three.standardError == (7.0 / 3).squareRoot())
        #expect(three.hasSpread)
    }

    @Test("One value tells nothing of the spread")
    func one() throws {
        let one = try #require(Summary([0.9]))
        #expect(one.mean == 0.9 && one.count == 1)
        #expect(one.variance == nil && one.standardDeviation == nil && one.standardError == nil)
        #expect(one.populationStandardDeviation == 0 && !one.hasSpread)
        #expect(one.interval() == nil && one.pValue == nil)
        #expect(one.quantiles() == [0.9, 0.9, 0.9, 0.9, 0.9])
    }

    @Test("Values that differ by rounding alone have no spread")
    func rounding() throws {
        #expect(try !#require(Summary([0.5, 0.5 + 1e-10])).hasSpread)
        #expect(try #require(Summary([0.5, 0.5 + 1e-8])).hasSpread)
    }

    @Test("Quantiles are linear between neighbours, in any order of the values")
    func quantiles() throws {
        let summary = try #require(Summary([4, 1, 3, 2]))
        #expect(summary.quantiles([0, 1, 0.5, 1.0 / 3]) == [1, 4, 2.5, 2])
        #expect(summary.quantiles([-1, 2]) == [1, 4])
        #expect(Summary.quantileLevels == [0.05, 0.25, 0.5, 0.75, 0.95])
        #expect(summary.quantiles()[1] == 1.75)
    }
}
